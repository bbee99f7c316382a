<?php
// Signals: what waits is interrupted, handlers run, and nothing breaks.
require __DIR__ . '/lib.inc';
if (!function_exists('pcntl_signal')) {
    exit("no pcntl\n");
}
[$client, $peer] = pair();
pcntl_async_signals(true);
$caught = 0;
pcntl_signal(SIGALRM, function () use (&$caught) { $caught++; });
pcntl_alarm(1);
$r = [$client];
$w = $e = null;
$began = microtime(true);
set_error_handler(function ($level, $message) { echo preg_replace('/max_fd=\d+/', 'max_fd=N', $message), "\n"; return true; });
var_dump(stream_select($r, $w, $e, 10), count($r), $caught);
restore_error_handler();
var_dump(microtime(true) - $began < 5);

// A read goes on.
pcntl_alarm(1);
stream_set_timeout($client, 2);
var_dump(fgets($client), stream_get_meta_data($client)['timed_out'], $caught);

// Many of them while calls are at work.
pcntl_signal(SIGUSR1, function () use (&$caught) { $caught++; });
$pid = getmypid();
$killer = proc_open([PHP_BINARY, '-n', '-d', 'extension=posix', '-r', "for (\$i = 0; \$i < 300; \$i++) { posix_kill($pid, SIGUSR1); usleep(500); }"], [], $none);
$lines = 0;
for ($i = 0; proc_get_status($killer)['running']; $i++) {
    fwrite($peer, "line $i\n");
    $lines += fgets($client) === "line $i\n";
}
var_dump($lines === $i, $caught > 10);

// A write to a peer that is gone raises no SIGPIPE.
fclose($peer);
usleep(20000);
@fwrite($client, 'x');
usleep(20000);
var_dump(@fwrite($client, 'y'));
posix_kill($pid, SIGPIPE);
set_time_limit(30);
pcntl_signal(SIGTERM, function () { echo "terminated\n"; exit(3); });
posix_kill($pid, SIGTERM);
sleep(1);
echo "not reached\n";

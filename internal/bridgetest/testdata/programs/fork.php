<?php
// After pcntl_fork the child has PHP's own network; the parent goes on.
require __DIR__ . '/lib.inc';
if (!function_exists('pcntl_fork')) {
    exit("no pcntl\n");
}
[$client, $peer] = pair();
$child = pcntl_fork();
if ($child === 0) {
    [$c, $p] = pair();
    fwrite($p, "in the child\n");
    $line = fgets($c);
    stream_context_create(['ssl' => ['verify_peer' => false]]);
    exit($line === "in the child\n" && gethostbyname('localhost') === '127.0.0.1' ? 0 : 1);
}
pcntl_waitpid($child, $status);
var_dump(pcntl_wexitstatus($status));
fwrite($peer, "in the parent\n");
var_dump(fgets($client));

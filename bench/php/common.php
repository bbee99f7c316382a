<?php
// What all clients share: the job they get, connecting, and the clock.

$job = json_decode($argv[1], true);

const PATIENCE = 30; // seconds to connect, and to wait for anything

// One call of $work for a tenth of the job, then one of the whole under the
// clock. What $prepare answers is handed to $work and to $finish, which are
// both beside the clock.
function measure(array $job, callable $work, ?callable $prepare = null, ?callable $finish = null): void
{
    $tenth = $job;
    $tenth['count'] = max(1, intdiv($job['count'], 10));
    foreach ([$tenth, $job] as $j) {
        $things = $prepare ? $prepare($j) : [];
        $cpu = cpu_time();
        $start = hrtime(true);
        $n = $work($j, ...$things);
        $seconds = (hrtime(true) - $start) / 1e9;
        $cpu = cpu_time() - $cpu;
        if ($finish) {
            $finish(...$things);
        }
        if ($n !== $j['count']) {
            fail("$n done, {$j['count']} asked for");
        }
    }
    echo json_encode(['seconds' => $seconds, 'cpu' => $cpu, 'count' => $n]), "\n";
}

// What streams weigh that have been used once each.
function weigh(array $job, callable $open): void
{
    $first = $open(); // what the first one loads is no stream's own
    $streams = [];
    gc_collect_cycles();
    $heap = memory_get_usage();
    $rss = resident();
    for ($i = 0; $i < $job['count']; $i++) {
        $streams[] = $open();
    }
    echo json_encode([
        'count' => $job['count'],
        'heap' => (memory_get_usage() - $heap) / $job['count'],
        'rss' => (resident() - $rss) / $job['count'],
    ]), "\n";
}

function resident(): int
{
    $statm = @file_get_contents('/proc/self/statm');
    return $statm === false ? 0 : (int) explode(' ', $statm)[1] * 4096;
}

function cpu_time(): float
{
    $u = getrusage();
    return $u['ru_utime.tv_sec'] + $u['ru_stime.tv_sec'] + ($u['ru_utime.tv_usec'] + $u['ru_stime.tv_usec']) / 1e6;
}

function fail(string $why): never
{
    fwrite(STDERR, "$why\n");
    exit(1);
}

function context(array $job)
{
    // Without tcp_nodelay, what follows a TLS handshake at once waits 40 ms for
    // the server's acknowledgement.
    return stream_context_create([
        'ssl' => ['cafile' => $job['cafile'], 'peer_name' => $job['name']],
        'socket' => ['tcp_nodelay' => true],
    ]);
}

function open(array $job)
{
    $ctx = context($job);
    $scheme = $job['tls'] ? 'tls' : 'tcp';
    $fp = stream_socket_client("$scheme://{$job['addr']}", $errno, $errstr, PATIENCE, STREAM_CLIENT_CONNECT, $ctx);
    if (!$fp) {
        fail("$errno $errstr");
    }
    stream_set_timeout($fp, PATIENCE);
    return $fp;
}

// Listens on a port of its own.
function serve(array $job)
{
    $ctx = stream_context_create([
        'ssl' => ['local_cert' => $job['cert']],
        'socket' => ['backlog' => 4096, 'tcp_nodelay' => true],
    ]);
    $scheme = $job['tls'] ? 'tls' : 'tcp';
    $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
    $server = stream_socket_server("$scheme://127.0.0.1:0", $errno, $errstr, $flags, $ctx);
    if (!$server) {
        fail("$errno $errstr");
    }
    return $server;
}

// Connects and sends the server its order.
function ask(array $job, string $order)
{
    $fp = open($job);
    fwrite($fp, $order);
    return $fp;
}

// Reads a reply, which may have several lines.
function expect($fp, string $code): void
{
    do {
        $line = fgets($fp);
        if ($line === false || !str_starts_with($line, $code)) {
            fail("$code expected, got " . var_export($line, true));
        }
    } while (strlen($line) >= 4 && $line[3] === '-');
}

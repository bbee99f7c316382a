<?php
// What all clients share: the job they get, connecting, and the clock.

$job = json_decode($argv[1], true);

const PATIENCE = 30; // seconds to connect, and to wait for anything

// One call of $work for a tenth of the job, then one of the whole under the clock.
function measure(array $job, callable $work): void
{
    $warm = $job;
    $warm['count'] = max(1, intdiv($job['count'], 10));
    $work($warm);
    $cpu = cpu_time();
    $start = hrtime(true);
    $n = $work($job);
    $seconds = (hrtime(true) - $start) / 1e9;
    $cpu = cpu_time() - $cpu;
    if ($n !== $job['count']) {
        fail("$n done, {$job['count']} asked for");
    }
    echo json_encode(['seconds' => $seconds, 'cpu' => $cpu, 'count' => $n]), "\n";
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

function open(array $job)
{
    // Without tcp_nodelay, what follows a TLS handshake at once waits 40 ms for
    // the server's acknowledgement.
    $ctx = stream_context_create([
        'ssl' => ['cafile' => $job['cafile'], 'peer_name' => $job['name']],
        'socket' => ['tcp_nodelay' => true],
    ]);
    $scheme = $job['tls'] ? 'tls' : 'tcp';
    $fp = stream_socket_client("$scheme://{$job['addr']}", $errno, $errstr, PATIENCE, STREAM_CLIENT_CONNECT, $ctx);
    if (!$fp) {
        fail("$errno $errstr");
    }
    stream_set_timeout($fp, PATIENCE);
    return $fp;
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

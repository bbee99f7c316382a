<?php
require __DIR__ . '/common.php';

$server = serve($job);
$control = ask($job, 'hold ' . ($job['count'] + 1) . ' ' . stream_socket_get_name($server, false) . "\n");

weigh($job, function () use ($server) {
    $fp = stream_socket_accept($server, PATIENCE);
    if ($fp === false) {
        fail('nobody came');
    }
    expect($fp, 'hello');
    fwrite($fp, "ready\n");
    return $fp;
});

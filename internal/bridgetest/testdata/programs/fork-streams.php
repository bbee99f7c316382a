<?php
// A child that was forked off goes on with its parent's streams.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
stream_set_timeout($client, 0, 300000);
fwrite($peer, "first\nsecond\nthird\n");
var_dump(fgets($client));
flush();
$child = pcntl_fork();
if ($child === 0) {
    var_dump(get_resource_type($client), fgets($client), fputcsv($client, ['from', 'the child'], ',', '"', ''), fgetcsv($client, 0, ',', '"', ''));
    var_dump(fgets($client), stream_get_meta_data($client)['timed_out'], feof($client), ftell($client));
    fwrite($peer, "fourth\n");
    $read = ['c' => $client, 'p' => $peer];
    $write = $except = null;
    var_dump(stream_select($read, $write, $except, 1), array_keys($read), fgets($client));
    var_dump(stream_set_blocking($client, false), fgets($client), stream_socket_get_name($client, true) !== false);
    var_dump(get_resource_id(fopen('php://memory', 'r')) - get_resource_id($peer), fclose($client), is_resource($client));
    exit(3);
}
pcntl_waitpid($child, $status);
var_dump(pcntl_wexitstatus($status), is_resource($client), fgets($peer));
fwrite($peer, "for the parent\n");
stream_get_line($client, 100, "third\n");
var_dump(fgets($client));

// A child that never touches what the parent has.
$child = pcntl_fork();
if ($child === 0) {
    exit(4);
}
pcntl_waitpid($child, $status);
fwrite($peer, "still here\n");
var_dump(pcntl_wexitstatus($status), fgets($client), feof($client));

// A server that has a child for each connection.
$server = stream_socket_server('tcp://127.0.0.1:0');
$address = stream_socket_get_name($server, false);
for ($i = 0; $i < 2; $i++) {
    $child = pcntl_fork();
    if ($child === 0) {
        $connection = stream_socket_accept($server, 5, $from);
        fwrite($connection, strrev(fgets($connection)) . "\n");
        exit($from === null ? 1 : 0);
    }
    $client = stream_socket_client("tcp://$address", $errno, $errstr, 5);
    fwrite($client, "question $i\n");
    var_dump(stream_get_contents($client));
    pcntl_waitpid($child, $status);
    var_dump(pcntl_wexitstatus($status));
}

<?php
// What strict mode forbids, and what it does not.
$server = stream_socket_server('tcp://127.0.0.1:0');
$address = 'tcp://' . stream_socket_get_name($server, false);
function attempt(callable $f)
{
    try {
        $f();
        echo "nothing was thrown\n";
    } catch (Error $e) {
        echo $e->getMessage(), "\n";
    }
}
if (pcntl_fork() === 0) {
    attempt(function () use ($address) { stream_socket_client($address, $e, $m, 5); });
    attempt(function () { stream_socket_server('tcp://127.0.0.1:0'); });
    exit(0);
}
pcntl_wait($status);
$client = stream_socket_client($address, $e, $m, 5);
$peer = stream_socket_accept($server, 5);
fwrite($peer, "both sides are Go's\n");
echo fgets($client);
fclose($client);

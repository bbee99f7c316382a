<?php
// What strict mode forbids, and what it does not.
$server = stream_socket_server('tcp://127.0.0.1:0');
$name = stream_socket_get_name($server, false);
$address = "tcp://$name";
function attempt(callable $f)
{
    try {
        $f();
        echo "nothing was thrown\n";
    } catch (Error $e) {
        echo str_replace($GLOBALS['name'], 'SERVER', $e->getMessage()), "\n";
    }
}
if (pcntl_fork() === 0) {
    attempt(function () use ($address) { stream_socket_client($address, $e, $m, 5); });
    attempt(function () { stream_socket_server('tcp://127.0.0.1:0'); });
    attempt(function () use ($name) { @fopen("ftp://$name/a", 'r'); });
    attempt(function () use ($name) { unlink("ftp://$name/b"); });
    attempt(function () use ($name) { rename("ftp://$name/c", "ftp://$name/to"); });
    attempt(function () use ($name) { mkdir("ftp://$name/d"); });
    attempt(function () use ($name) { rmdir("ftp://$name/e"); });
    attempt(function () use ($name) { is_file("ftp://$name/f"); });
    attempt(function () use ($name) { opendir("ftp://$name/g"); });
    exit(0);
}
pcntl_wait($status);
$client = stream_socket_client($address, $e, $m, 5);
$peer = stream_socket_accept($server, 5);
fwrite($peer, "both sides are Go's\n");
echo fgets($client);
fclose($client);
fclose($server);
var_dump(@unlink("ftp://$name/b"));

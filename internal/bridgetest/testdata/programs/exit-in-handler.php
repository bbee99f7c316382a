<?php
// exit() in the middle of a call: shutdown functions and destructors still run.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
final class Farewell
{
    public $fp;
    public function __destruct() { var_dump(fwrite($this->fp, "bye\n"), is_resource($this->fp)); }
}
$keep = new Farewell;
$keep->fp = $client;
register_shutdown_function(function () use ($client, $peer) {
    fwrite($peer, "still here\n");
    echo 'shutdown: ', fgets($client);
});
set_error_handler(function () { echo "handler\n"; exit(7); });
stream_socket_client('tcp://' . refused(), $errno, $errstr, 1);
echo "not reached\n";

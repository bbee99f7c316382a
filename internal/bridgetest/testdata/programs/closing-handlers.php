<?php
// Error handlers and destructors that close what the call is about.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
fclose($peer);
fwrite($client, 'x');
usleep(20000);
set_error_handler(function ($level, $message) use (&$client) {
    echo $message, "\n";
    if (is_resource($client)) {
        fclose($client);
    }
    $client = null;
    return true;
});
var_dump(fwrite($client, 'y'));
var_dump($client);

// The peer speaks no TLS: the handshake fails, and the handler closes the stream.
[$client, $peer] = pair(stream_context_create(['ssl' => ['capture_peer_cert' => true, 'peer_certificate' => new class { public function __destruct() { echo "destructor\n"; } }]]));
fwrite($peer, "this is no TLS at all\n");
var_dump(stream_socket_enable_crypto($client, true, STREAM_CRYPTO_METHOD_TLS_CLIENT));
var_dump($client);
restore_error_handler();
echo "end\n";

<?php
// A fatal error in the middle of a call jumps out of it.
require __DIR__ . '/lib.inc';
register_shutdown_function(function () {
    [$client, $peer] = pair();
    fwrite($peer, "after the fatal error\n");
    echo fgets($client);
});
set_error_handler(function ($level, $message) {
    if ($level !== E_USER_ERROR) {
        trigger_error('fatal from the handler', E_USER_ERROR);
    }
    return false;
});
stream_socket_client('tcp://' . refused(), $errno, $errstr, 1);
echo "not reached\n";

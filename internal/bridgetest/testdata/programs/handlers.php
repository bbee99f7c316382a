<?php
// Error handlers: that throw, that call back, that are nested, that let PHP go on.
require __DIR__ . '/lib.inc';
$dead = refused();

set_error_handler(function ($level, $message, $file, $line) {
    throw new ErrorException($message, 0, $level, $file, $line);
});
attempt('throws', function () use ($dead) { return stream_socket_client("tcp://$dead", $errno, $errstr, 1); });
attempt('throws and finally', function () use ($dead) {
    try {
        return fsockopen("tcp://$dead", -1, $errno, $errstr, 1);
    } finally {
        var_dump($errno, $errstr);
    }
});
attempt('null is deprecated, and the call does not happen', function () {
    [$client, $peer] = pair();
    fwrite($client, null);
});
restore_error_handler();

set_error_handler(function ($level, $message) use ($dead) {
    static $depth = 0;
    if ($depth++ > 1) {
        return false;
    }
    echo "handler $depth: ", preg_replace('/127\.0\.0\.1:\d+/', 'ADDRESS', $message), "\n";
    // Calls back into the library in the middle of the failing call.
    [$client, $peer] = pair();
    fwrite($peer, "from the handler\n");
    echo fgets($client);
    $inner = @stream_socket_client("tcp://$dead", $errno, $errstr, 1);
    var_dump($inner, $errno, $errstr);
    return true;
});
$out = stream_socket_client("tcp://$dead", $errno, $errstr, 1);
var_dump($out, $errno, $errstr);
restore_error_handler();

set_error_handler(function () { return false; });
$out = @fsockopen('127.0.0.1', (int) substr(strrchr($dead, ':'), 1), $errno, $errstr, 1);
var_dump($out, $errno, $errstr, preg_replace('/127\.0\.0\.1:\d+/', 'ADDRESS', error_get_last()['message']), error_get_last()['line'] === __LINE__ - 1);
restore_error_handler();
error_clear_last();
var_dump(error_get_last());

// The handler sees whose call it was.
set_error_handler(function ($level, $message, $file, $line) {
    $trace = debug_backtrace(0, 2);
    var_dump($level, basename($file), $line, $trace[1]['function'], count($trace[1]['args']));
    return true;
});
function named($dead) { return stream_socket_client(address: "tcp://$dead", timeout: 1, error_message: $why); }
named($dead);
restore_error_handler();

$f = new Fiber(function () use ($dead) {
    set_error_handler(function () { Fiber::suspend('in the handler'); return true; });
    $out = stream_socket_client("tcp://$dead", $errno, $errstr, 1);
    restore_error_handler();
    return [$out, $errno, $errstr];
});
var_dump($f->start());
[$client, $peer] = pair();
fwrite($peer, "while it is suspended\n");
echo fgets($client);
$f->resume();
var_dump($f->getReturn());

<?php
// What is thrown when something has been thrown already.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
set_error_handler(function ($l, $m) { throw new ErrorException("handler: $m"); });
function chain($what, callable $f) {
    try { var_dump($f()); } catch (Throwable $t) { for ($x = $t; $x; $x = $x->getPrevious()) echo "$what: ", get_class($x), ' ', preg_replace('/:\d+/', ':P', $x->getMessage()), "\n"; }
}
$memory = fopen('php://memory', 'r');
fclose($peer);
chain('select', function () use ($memory, $client) { $r=[$memory]; $w=$e=null; return stream_select($r,$w,$e,0); });
chain('select2', function () use ($memory, $client) { $r=[$memory,$client,'x']; $w=$e=null; return stream_select($r,$w,$e,0); });
chain('select3', function () use ($memory, $client) { $r=[$memory,$client]; $w=$e=null; return stream_select($r,$w,$e,-1); });
chain('connect', function () { return stream_socket_client('tcp://127.0.0.1:1', $a, $b, 1); });
chain('connect2', function () { return fsockopen('127.0.0.1', 1, $a, $b, 1); });
chain('null', function () use ($client) { return fread($client, null); });
chain('context', function () use ($client) { return stream_context_set_option($client, ['ssl' => 1]); });
chain('context2', function () use ($client) { return stream_context_create(['ssl' => ['a'=>1], 'b'=>2]); });
chain('enable', function () use ($client) { return stream_socket_enable_crypto($client, true); });
chain('tls', function () { return stream_socket_client('tls://127.0.0.1:1', $a, $b, 1); });
chain('copy', function () use ($client, $memory) { return stream_copy_to_stream($client, $memory, 10, 5); });
chain('line', function () use ($client, $memory) { return stream_get_line($client, -1); });
chain('x', function () use ($client, $memory) { return openssl_x509_parse(null); });
chain('mx', function () { return getmxrr('', $h); });
chain('x2', function () { return openssl_x509_fingerprint("abc", null); });
restore_error_handler();
[$client, $peer] = pair();
chain('one', function () use ($client) { $r=[$client,'x']; $w=$e=null; return stream_select($r,$w,$e,0); });
chain('two', function () use ($client) { $r=['x',$client,3]; $w=$e=[$client,null]; return stream_select($r,$w,$e,0); });
chain('none', function () use ($client) { $r=['x']; $w=$e=null; return stream_select($r,$w,$e,0); });
chain('noneneg', function () use ($client) { $r=['x',$client]; $w=$e=null; return stream_select($r,$w,$e,-1); });
fwrite($peer,"xx\nyy\n"); fgets($client);
chain('buffered', function () use ($client) { $r=['x',$client]; $w=$e=[null,$client]; return stream_select($r,$w,$e,0); });
fclose($peer);
chain('closed', function () use ($client,$peer) { $r=[$peer,$client]; $w=$e=[$peer,$client]; return stream_select($r,$w,$e,0); });

<?php
// Contexts: PHP's values in and out, for Go's streams and for PHP's functions.
require __DIR__ . '/lib.inc';
$object = new ArrayObject([1, 2]);
$closure = function () { return 'called'; };
$context = stream_context_create(
    ['http' => ['method' => 'POST', 'header' => ['A: 1', 'B: 2'], 'object' => $object], 'ssl' => ['verify_peer' => false, 'peer_fingerprint' => ['sha256' => 'x', 'md5' => 'y'], 'n' => 1.5, 'null' => null]],
    ['notification' => $closure]
);
$options = stream_context_get_options($context);
var_dump($options, $options['http']['object'] === $object, stream_context_get_params($context)['notification'] === $closure);
var_dump(stream_context_set_option($context, 'http', 'timeout', 3), stream_context_set_option($context, 'ssl', 'verify_peer', true));
var_dump(array_keys(stream_context_get_options($context)['http']), stream_context_get_options($context)['ssl']['verify_peer']);
[$client, $peer] = pair($context);
var_dump(array_keys(stream_context_get_options($client)));
stream_context_set_option($client, 'ssl', 'late', 'yes');
var_dump(stream_context_get_options($context)['ssl']['late']);
stream_context_set_params($client, ['options' => ['x' => ['y' => 'z']], 'notification' => 'strlen']);
var_dump(stream_context_get_params($context)['notification'], stream_context_get_options($client)['x']);
$plain = fsockopen('127.0.0.1', (int) substr(strrchr(stream_socket_get_name($client, true), ':'), 1) ?: 1, $e, $m, 1);
$default = stream_context_get_default(['socket' => ['tcp_nodelay' => true]]);
var_dump($default, stream_context_get_options(stream_context_get_default()));
stream_context_set_default(['http' => ['user_agent' => 'x']]);
[$client, $peer] = pair();
var_dump(stream_context_get_options($client));
attempt('wrong form', function () { return stream_context_create(['ssl' => 1]); });
attempt('wrong params', function () { return stream_context_create([], ['options' => 1]); });
$file = tempnam(sys_get_temp_dir(), 'bridge');
var_dump(file_put_contents($file, 'with a context', 0, $context), file_get_contents($file, false, $context), is_resource($f = fopen($file, 'r', false, $context)));
var_dump(count(stream_context_get_options($f)));
unlink($file);
$array = ['a' => 1];
$array['self'] = &$array;
attempt('an array in itself', function () use ($array) { $c = stream_context_create(); stream_context_set_option($c, 'x', 'y', $array); return count(stream_context_get_options($c)['x']); });

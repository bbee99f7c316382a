<?php
// All ways to call a function.
namespace Deep\Down;

require __DIR__ . '/lib.inc';

[$client, $peer] = \pair();
fwrite($peer, "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
echo fgets($client), \fgets($client);
echo \call_user_func('fgets', $client), implode(\array_map('fgets', [$client]));
$f = \Closure::fromCallable('fgets');
echo $f($client);
$g = \fgets(...);
echo $g($client), (new \ReflectionFunction('fgets'))->invoke($client, 3), $g(length: 4, stream: $client), "\n";
$name = 'FGETS';
echo $name(...[$client]);
\attempt('unknown name', function () use ($client) { return \fgets($client, lenght: 3); });
\attempt('twice', function () use ($client) { return \fgets($client, stream: $client); });
\attempt('too many', function () use ($client) { return \fgets($client, 1, 2); });
\attempt('too few', function () { return \fread(); });
\attempt('skipped', function () use ($client) { return \stream_get_contents($client, offset: -1, length: 3); });
\attempt('missing one', function () { return \stream_socket_get_name(remote: true); });
function fgets($x) { return "mine\n"; }
echo eval('namespace Deep\Down; return fgets($client);');
\attempt('function_exists', function () { return [\function_exists('fgets'), \is_callable('stream_socket_client')]; });
\attempt('generator', function () use ($client) {
    return \implode(',', \iterator_to_array((function () use ($client) { while (($c = \fgetc($client)) !== false && $c !== "\n") yield $c; })(), false));
});

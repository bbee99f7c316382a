<?php
declare(strict_types=1);
// With strict_types nothing turns into something else.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
fwrite($peer, "line\nmore\n");
attempt('string for int', function () use ($client) { return fgets($client, '3'); });
attempt('float for int', function () use ($client) { return fread($client, 3.0); });
attempt('int for string', function () use ($client) { return fwrite($client, 12); });
attempt('null for string', function () use ($client) { return fwrite($client, null); });
attempt('int for float', function () { return @stream_socket_client('tcp://' . refused(), $e, $m, 1); });
attempt('int for bool', function () use ($client) { return stream_set_blocking($client, 1); });
attempt('Stringable', function () use ($client) { return fwrite($client, new class { public function __toString(): string { return 'x'; } }); });
attempt('fits', function () use ($client) { return fgets($client, 3); });
attempt('option of an int name', function () { return stream_context_set_option(stream_context_create(), 1, 'a', 1); });

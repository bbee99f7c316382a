<?php
// Without strict_types PHP makes what is asked for.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
fwrite($peer, "line\nmore of it\n");
attempt('string for int', function () use ($client) { return fgets($client, ' 3'); });
attempt('not a number', function () use ($client) { return fgets($client, '3x'); });
attempt('float for int', function () use ($client) { return fread($client, 2.0); });
attempt('fraction', function () use ($client) { return fread($client, 1.5); });
attempt('too large', function () use ($client) { return fread($client, 1e30); });
attempt('int for string', function () use ($client, $peer) { fwrite($client, 12345); return fread($peer, 5); });
attempt('Stringable', function () use ($client, $peer) {
    fwrite($client, new class { public function __toString(): string { return 'text'; } });
    return fread($peer, 4);
});
attempt('throws', function () use ($client) { return fwrite($client, new class { public function __toString(): string { throw new LogicException('no'); } }); });
attempt('no text', function () use ($client) { return fwrite($client, new stdClass); });
attempt('array', function () use ($client) { return fwrite($client, []); });
attempt('enum', function () use ($client) { return fread($client, true); });

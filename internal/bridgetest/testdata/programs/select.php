<?php
// stream_select over Go's streams and PHP's own: pipes, files, sockets.
require __DIR__ . '/lib.inc';
function names(array $streams, array $all)
{
    $out = [];
    foreach ($streams as $key => $fp) {
        $out[] = $key . ':' . array_search($fp, $all, true);
    }
    return implode(' ', $out);
}
// The child comes first: it would have PHP's sockets open, too.
$process = proc_open(['cat'], [['pipe', 'r'], ['pipe', 'w']], $pipes);
[$client, $peer] = pair();
[$other, $other_peer] = pair();
$file = fopen(__FILE__, 'r');
$all = compact('client', 'peer', 'other', 'other_peer', 'file') + ['in' => $pipes[0], 'out' => $pipes[1]];
$look = function ($what, $r, $w, $e, $s = 0, $us = 0) use ($all) {
    $n = stream_select($r, $w, $e, $s, $us);
    echo "$what: ", var_export($n, true), ' | ', is_array($r) ? names($r, $all) : '-', ' | ', is_array($w) ? names($w, $all) : '-', ' | ', is_array($e) ? names($e, $all) : '-', "\n";
};
$look('nothing', [$client, $pipes[1]], null, null);
$look('writable', null, ['a' => $client, 7 => $pipes[0], $other], [$client]);
fwrite($pipes[0], "through the pipe\n");
$look('pipe', ['p' => $pipes[1], 'c' => $client], null, null, 2);
fgets($pipes[1]);
fwrite($peer, "first\nsecond\n");
$look('stream', [$pipes[1], $client, $other], [$other], null, 2);
fgets($client);
$look('buffered', ['x' => $other, 'y' => $client], [$other], [$other], 2);
fgets($client);
$look('a file', [$client, 'f' => $file], null, null, 2);
fgets($file);
$look('a buffered file', [$client, 'f' => $file], [$client], null, 2);
fclose($other_peer);
$look('an end', ['o' => $other, 'c' => $client], null, null, 2);
$memory = fopen('php://memory', 'w+');
$look('no descriptor', [$client, $memory], [$memory, $client], [$memory]);
stream_filter_append($file, 'string.rot13');
$look('a filter', [$client, 'f' => $file], [$client], null);
fwrite($peer, "third\nfourth\n");
fgets($client);
$look('no descriptor, and a buffer', [$client, $memory], [$memory], null);
fgets($client);
$look('PHP alone', [$pipes[1], $peer], null, null);
$r = $w = [$client];
$n = stream_select($r, $w, $w, 0);
var_dump($n, count($r), count($w));
attempt('none', function () { $r = $w = $e = null; return stream_select($r, $w, $e, 0); });
attempt('wrong', function () use ($client) { $r = [$client, 'x']; $w = $e = null; return stream_select($r, $w, $e, 0); });
attempt('microseconds alone', function () use ($client) { $r = [$client]; $w = $e = null; return stream_select($r, $w, $e, null, 5); });
$began = microtime(true);
$look('waits', [$client], null, null, 0, 200000);
var_dump(microtime(true) - $began >= 0.19);
fclose($pipes[0]);

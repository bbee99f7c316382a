<?php
// A stream is closed when the last reference goes, and is a resource like any
// other while it lives.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
var_dump($client);
$copy = $client;
$keys = [(int) $client => 'by number'];
var_dump(count($keys), isset($keys[(int) $copy]), get_resource_id($client) === (int) $client, (bool) $client, "$client" === "$copy");
attempt('as a key', function () use ($client) { return count(@[$client => 1]); });
var_dump(count(get_resources('stream')) > 1, get_resource_type($client), gettype($client));
unset($client);
var_dump(feof($peer));
unset($copy);
var_dump(feof($peer), fgets($peer));

[$client, $peer] = pair();
fclose($client);
var_dump($client, is_resource($client), gettype($client), get_resource_type($client));
attempt('closed', function () use ($client) { return fgets($client); });
attempt('closed in select', function () use ($client) { $r = [$client]; $w = $e = null; return stream_select($r, $w, $e, 0); });
attempt('closed, context', function () use ($client) { return stream_context_get_options($client); });
attempt('not one', function () { return fgets('x'); });
attempt('false', function () { return feof(false); });

// In an object's property, a static, a closure, a reference.
class Holder { public static $all = []; public int $errno = 5; public string $errstr = 'x'; public ?string $strange = null; }
$h = new Holder;
$dead = refused();
attempt('typed', function () use ($h, $dead) { return @stream_socket_client("tcp://$dead", $h->errno, $h->errstr, 1); });
var_dump($h->errno, $h->errstr);
attempt('typed the other way', function () use ($h, $dead) { return @stream_socket_client("tcp://$dead", $h->errstr, $h->errno, 1); });
var_dump($h->errno, $h->errstr);
$same = null;
attempt('the same variable twice', function () use (&$same, $dead) { return @stream_socket_client("tcp://$dead", $same, $same, 1); });
var_dump($same);
$object = new class { public function __destruct() { echo "destructor: "; [$c, $p] = pair(); fwrite($p, "line\n"); echo fgets($c); } };
@stream_socket_client("tcp://$dead", $object, $errstr, 1);
var_dump($object, $errstr);
for ($i = 0; $i < 200; $i++) {
    [$c, $p] = pair();
    Holder::$all[] = $c;
}
Holder::$all = [];
var_dump(feof($p));
echo "end\n";

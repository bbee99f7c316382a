<?php
// Servers, what they accept, pairs and datagrams: as PHP shows them, and among
// PHP's own functions.
require __DIR__ . '/lib.inc';
ini_set('default_socket_timeout', '2');

/** A resource's number, counted from the last one that was looked at. */
function id($fp)
{
    static $last = 0;
    $id = get_resource_id($fp);
    echo 'number +', $id - $last, ', ', get_resource_type($fp), "\n";
    $last = $id;
}

function look($fp)
{
    $meta = stream_get_meta_data($fp);
    unset($meta['uri']);
    echo json_encode($meta), "\n";
}

// Numbers, also of what did not come to be.
id(fopen('php://memory', 'r'));
$context = stream_context_create(['socket' => ['backlog' => 5]]);
$server = stream_socket_server('tcp://127.0.0.1:0', $errno, $errstr, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
id($server);
look($server);
$address = stream_socket_get_name($server, false);
attempt('in use', fn () => stream_socket_server("tcp://$address", $errno, $errstr));
attempt('unknown', fn () => stream_socket_server('nope://x'));
attempt('no address', fn () => stream_socket_server('tcp://127.0.0.1', $errno, $errstr));
attempt('no flags', function () use (&$unbound) { $unbound = stream_socket_server('tcp://127.0.0.1:0', $e, $m, 0); return get_resource_type($unbound); });
id($unbound);
attempt('nobody', fn () => stream_socket_accept($server, 0));
attempt('nobody, with a name', function () use ($server) { $from = 'as it was'; return [@stream_socket_accept($server, 0.01, $from), $from]; });
attempt('infinite', fn () => stream_socket_accept($server, INF));
attempt('no server', fn () => @stream_socket_accept(stream_socket_client("tcp://127.0.0.1:" . substr(strrchr($GLOBALS['address'], ':'), 1)), 0.1));
id(fopen('php://memory', 'r'));

// The default context, a server's context, and what is accepted with it.
while (@stream_socket_accept($server, 0));
$client = stream_socket_client("tcp://$address");
$accepted = stream_socket_accept($server, 5, $from);
id($client);
id($accepted);
var_dump($from === stream_socket_get_name($client, false), stream_socket_get_name($accepted, true) === $from);
look($accepted);
var_dump(stream_context_get_options($accepted), stream_context_set_option($accepted, 'socket', 'backlog', 7), stream_context_get_options($server), stream_context_get_options($context));
$bare = stream_socket_server('tcp://127.0.0.1:0');
stream_context_get_default(['socket' => ['tcp_nodelay' => true]]);
var_dump(stream_context_get_options($bare));
stream_context_set_default(['socket' => []]);

// PHP's own functions on what was accepted, and Go's beside PHP's in a select.
fwrite($client, "a,\"b c\"\n12 apples\nplain\n");
var_dump(fgetcsv($accepted, 0, ',', '"', ''), fscanf($accepted, '%d %s'), fgets($accepted), fputcsv($accepted, ['x y', 'z'], ',', '"', ''), fgets($client));
$process = proc_open(['cat'], [['pipe', 'r'], ['pipe', 'w']], $pipes);
$selected = function ($wait = 2) use ($server, $accepted, $pipes) {
    $read = ['server' => $server, 'accepted' => $accepted, 'pipe' => $pipes[1]];
    $write = $except = null;
    echo stream_select($read, $write, $except, $wait), ' ', implode(' ', array_keys($read)), "\n";
};
$selected(0);
fwrite($pipes[0], "through a pipe\n");
$selected();
$second = stream_socket_client("tcp://$address");
usleep(20000);
$selected();
fgets($pipes[1]);
fclose(stream_socket_accept($server));
fwrite($client, "more\n");
$selected();
fclose($pipes[0]);
stream_set_timeout($server, 0, 50000);
attempt('reading a server', fn () => fread($server, 10));
attempt('writing to a server', fn () => @fwrite($server, 'x'));
attempt('the end of a server', fn () => feof($server));
attempt('shut down', fn () => stream_socket_shutdown($server, STREAM_SHUT_RDWR));

// Without waiting.
$server = stream_socket_server('tcp://127.0.0.1:0');
stream_set_blocking($server, false);
attempt('nobody yet', fn () => stream_socket_accept($server, 0));
look($server);
var_dump(fclose($server), is_resource($server), get_resource_type($server));
attempt('closed', fn () => stream_socket_accept($server, 0));

// A pair.
[$one, $two] = $pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
id($one);
id($two);
var_dump(array_keys($pair));
look($one);
var_dump(fwrite($one, "over\n"), fgets($two), stream_socket_get_name($one, false), stream_socket_get_name($one, true), stream_context_get_options($one));
id(fopen('php://memory', 'r'));
attempt('a pair that cannot be', fn () => stream_socket_pair(STREAM_PF_INET, STREAM_SOCK_STREAM, 0));
attempt('no numbers', fn () => stream_socket_pair('a', 'b', 'c'));
id(fopen('php://memory', 'r'));
fputcsv($one, ['c', 's v'], ',', '"', '');
stream_socket_shutdown($one, STREAM_SHUT_WR);
var_dump(stream_get_contents($two), feof($two), fclose($two), fclose($one));
$process = proc_open([PHP_BINARY, '-n', '-r', 'echo strrev(trim(fgets(STDIN)));'], [($pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0))[1], $pair[1], STDERR], $pipes);
fclose($pair[1]);
fwrite($pair[0], "to a child\n");
var_dump(stream_get_contents($pair[0]), proc_close($process));

// Datagrams.
$server = stream_socket_server('udp://127.0.0.1:0', $errno, $errstr, STREAM_SERVER_BIND);
id($server);
look($server);
$client = stream_socket_client('udp://' . stream_socket_get_name($server, false));
var_dump(stream_socket_sendto($client, 'one'), stream_socket_recvfrom($server, 10, STREAM_PEEK, $from), stream_socket_recvfrom($server, 10, 0, $again), $from === $again, $from === stream_socket_get_name($client, false));
var_dump(stream_socket_sendto($server, 'back', 0, $from), fread($client, 10));
attempt('no address', fn () => stream_socket_sendto($server, 'x', 0, 'nowhere'));
attempt('nothing to read', fn () => stream_socket_recvfrom($server, 0));
stream_set_blocking($server, false);
$from = ['as it was'];
attempt('nothing there', function () use ($server, &$from) { return stream_socket_recvfrom($server, 10, 0, $from); });
var_dump($from);
attempt('listening', fn () => @stream_socket_server('udp://127.0.0.1:0'));

// What is written to an output may have a destructor that throws.
final class Loud { public function __destruct() { echo "destroyed\n"; } }
$server = stream_socket_server('tcp://127.0.0.1:0', $errno, $errstr);
$client = stream_socket_client('tcp://' . stream_socket_get_name($server, false));
$from = new Loud;
$accepted = stream_socket_accept($server, 5, $from);
var_dump(is_string($from));
$same = null;
var_dump(is_resource(stream_socket_server('tcp://127.0.0.1:0', $same, $same)), $same);

// Paths.
$path = __DIR__ . '/socket-' . getmypid();
$server = stream_socket_server("unix://$path");
id($server);
look($server);
$client = stream_socket_client("unix://$path");
$accepted = stream_socket_accept($server, 5, $from);
var_dump(stream_socket_get_name($server, false) === $path, fwrite($client, "by path\n"), fgets($accepted), unlink($path));
attempt('not there', fn () => @stream_socket_server('unix:///none/none'));

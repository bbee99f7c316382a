<?php
// Calls the library's functions with random arguments of random types and prints
// what each call comes to, in all four channels. The same seed makes the same
// calls, so that two engines can be compared line by line:
//
//     php random.php SEED ROUNDS
//
// Nothing waits: streams have short timeouts, selects none, and no name is looked
// up that isn't this machine's.

$seed = (int) ($argv[1] ?? 1);
$rounds = (int) ($argv[2] ?? 50);
mt_srand($seed);
error_reporting(E_ALL);
ini_set('default_socket_timeout', '1');

final class Text
{
    private $text;
    public function __construct($text) { $this->text = $text; }
    public function __toString(): string { return $this->text; }
}

final class Thrower
{
    public function __toString(): string { throw new DomainException('no text'); }
}

$events = [];
$throwing = false;
set_error_handler(function ($level, $message) use (&$events, &$throwing) {
    $events[] = "$level $message";
    if ($throwing) {
        throw new ErrorException("from the handler: $message");
    }
    return true;
});

function show($v, $depth = 0)
{
    if (is_string($v)) {
        return strlen($v) > 60 ? strlen($v) . ' bytes ' . sha1($v) : json_encode(bin2hex($v) === $v ? $v : addcslashes($v, "\0..\37!\177..\377"));
    }
    if (is_array($v)) {
        $out = [];
        foreach ($v as $k => $item) {
            $out[] = "$k=>" . ($depth > 4 ? '...' : show($item, $depth + 1));
        }
        return '[' . implode(', ', $out) . ']';
    }
    if (is_object($v)) {
        return get_class($v);
    }
    if (is_resource($v) || gettype($v) === 'resource (closed)') {
        return 'resource(' . get_resource_type($v) . ')';
    }
    return var_export($v, true);
}

/** A world of streams: what a round's calls can get hold of. */
function world()
{
    $server = stream_socket_server('tcp://127.0.0.1:0');
    $address = stream_socket_get_name($server, false);
    $client = stream_socket_client("tcp://$address", $errno, $errstr, 2);
    $peer = stream_socket_accept($server, 2);
    fwrite($peer, "line one\nline two\r\nand a rest without end");
    $closed = stream_socket_client("tcp://$address", $errno, $errstr, 2);
    fclose(stream_socket_accept($server, 2));
    $gone = stream_socket_client("tcp://$address", $errno, $errstr, 2);
    fclose($gone);
    $idle = stream_socket_client("tcp://$address", $errno, $errstr, 2);
    $idle_peer = stream_socket_accept($server, 2);
    $file = fopen('php://memory', 'w+');
    fwrite($file, "a file\nof two lines\n");
    rewind($file);
    foreach ([$client, $closed, $idle, $peer, $idle_peer] as $fp) {
        stream_set_timeout($fp, 0, 1000);
    }
    stream_set_blocking($idle, (bool) mt_rand(0, 1));
    return [
        'streams' => [$client, $closed, $gone, $idle, $client, $idle],
        'others' => [$file, $server, $peer, $idle_peer],
        'contexts' => [stream_context_create(['ssl' => ['verify_peer' => false]]), stream_context_create()],
        'address' => $address,
        'port' => (int) substr(strrchr($address, ':'), 1),
    ];
}

function any(array $list) { return $list[mt_rand(0, count($list) - 1)]; }

/** A value of any type. */
function anything(array $w, $depth = 0)
{
    switch (mt_rand(0, $depth > 2 ? 12 : 15)) {
        case 0: return null;
        case 1: return (bool) mt_rand(0, 1);
        case 2: return any([0, 1, -1, 2, 3, 5, 8192, 1 << 20, PHP_INT_MIN, 121, 4096]);
        case 3: return any([0.0, 1.5, -0.5, 1e20, NAN, INF, -INF, 3.0]);
        case 4: return any(['', '0', '1', ' 12', '12 ', '1e3', 'abc', "\0", 'ssl', 'verify_peer', 'localhost', '127.0.0.1', 'A', "\n", 'line']);
        case 5: return 'tcp://' . $w['address'];
        case 6: return any(['tcp://', 'udp://127.0.0.1:9', 'nope://x', 'tcp://127.0.0.1', 'tcp://127.0.0.1:0', '127.0.0.1:1', 'unix:///nowhere', 'TCP://x', ':::']);
        case 7: return any($w['streams']);
        case 8: return any($w['others']);
        case 9: return any($w['contexts']);
        case 10: return any([new stdClass, new Text('12'), new Text('ssl'), new Thrower, function () {}, new ArrayObject([])]);
        case 11: return any($w['streams']);
        case 12: return str_repeat(any(['x', "y\n", "\xff"]), any([1, 100, 5000]));
        default:
            $a = [];
            for ($i = mt_rand(0, 3); $i > 0; $i--) {
                $a[any([0, 1, 7, 'ssl', 'socket', 'http', 'options', 'k'])] = anything($w, $depth + 1);
            }
            return $a;
    }
}

/** What fits a parameter, most of the time. */
function argument($kind, array $w)
{
    if (mt_rand(0, 5) === 0) {
        return anything($w);
    }
    switch ($kind) {
        case 's': return any($w['streams']);
        case 'c': return any($w['contexts']);
        case 'h': return any(array_merge($w['streams'], $w['contexts']));
        case 'i': return any([0, 1, 2, 3, 5, 10, 100, 8192, -1]);
        case 'b': return (bool) mt_rand(0, 1);
        case 'd': return any(['', 'x', "data\r\n", str_repeat('z', 300)]);
        case 'n': return any(['ssl', 'socket', 'http', 'x']);
        case 'o': return any(['verify_peer', 'peer_name', 'tcp_nodelay', 'cafile', 'method', 'y']);
        case 'O': return any([[], ['ssl' => ['verify_peer' => false]], ['http' => ['method' => 'GET', 'n' => 1]], ['ssl' => 1], [1 => []]]);
        case 'P': return any([[], ['options' => ['ssl' => ['x' => 1]]], ['options' => 3], ['other' => 1]]);
        case 'L': return any([null, [], [any($w['streams'])], [any($w['streams']), any($w['others'])], ['k' => any($w['streams']), 5 => any($w['streams'])], [any($w['others'])]]);
        case '0': return 0;
        case 'a': return any(['tcp://' . $w['address'], $w['address'], 'tcp://127.0.0.1:1', 'unix:///nowhere', 'nope://x']);
        case 'H': return any(['127.0.0.1', 'tcp://127.0.0.1', 'udp://127.0.0.1', '', 'localhost', 'unix:///nowhere']);
        case 'p': return any([$w['port'], $w['port'], 1, 0, -1, 70000]);
        case 't': return any([1, 0.5, 2.0, null]);
        case 'f': return any([4, 2, 0, 6]);
        case 'm': return any([0, 1, 2, 3, -1]);
        case 'N': return any(['localhost', '127.0.0.1', '', '::1', '1.2.3.4', str_repeat('a', 300)]);
        case 'r': return null;
    }
}

// The kinds of the parameters; "r" is a reference that is only written.
const CALLS = [
    'fgets' => 'si', 'fgetc' => 's', 'fread' => 'si', 'fwrite' => 'sdi', 'fputs' => 'sdi', 'fflush' => 's', 'feof' => 's',
    'ftell' => 's', 'fclose' => 's', 'stream_get_contents' => 'sii', 'stream_get_line' => 'sid',
    'stream_copy_to_stream' => 'ssii', 'stream_get_meta_data' => 's', 'socket_get_status' => 's',
    'stream_set_timeout' => 's00', 'socket_set_timeout' => 's00', 'stream_set_blocking' => 'sb',
    'socket_set_blocking' => 'sb', 'stream_set_read_buffer' => 'si', 'stream_set_write_buffer' => 'si',
    'stream_set_chunk_size' => 'si', 'stream_select' => 'LLL00', 'stream_is_local' => 's',
    'stream_socket_get_name' => 'sb', 'stream_socket_shutdown' => 'sm', 'stream_socket_enable_crypto' => 'sbi',
    'stream_socket_client' => 'arrtfc', 'fsockopen' => 'Hprrt',
    'stream_context_create' => 'OP', 'stream_context_set_option' => 'hnoi', 'stream_context_get_options' => 'h',
    'stream_context_set_params' => 'hP', 'stream_context_get_params' => 'h', 'stream_context_get_default' => 'O',
    'stream_context_set_default' => 'O', 'stream_get_transports' => '', 'gethostbyname' => 'N', 'gethostbynamel' => 'N',
    'gethostname' => '', 'openssl_x509_parse' => 'db', 'openssl_x509_fingerprint' => 'ddb',
    'checkdnsrr' => '', 'dns_get_record' => '', 'getmxrr' => '',
];
const OPTIONAL = ['fgets' => 1, 'fwrite' => 2, 'fputs' => 2, 'stream_get_contents' => 1, 'stream_get_line' => 2, 'stream_copy_to_stream' => 2,
    'stream_socket_client' => 1, 'fsockopen' => 2, 'stream_context_create' => 0, 'stream_context_get_default' => 0,
    'stream_set_timeout' => 2, 'socket_set_timeout' => 2, 'stream_socket_enable_crypto' => 2, 'openssl_x509_parse' => 1, 'openssl_x509_fingerprint' => 1];

/** What differs on purpose, or by chance, isn't looked at. */
function masked($function, array $args, array $w)
{
    // A handshake with a peer that doesn't answer takes the connect timeout.
    if ($function === 'stream_socket_enable_crypto' && ($args[1] ?? false) !== false) {
        return true;
    }
    if ($function === 'stream_select' && (!array_key_exists(3, $args) || $args[3] !== 0 || ($args[4] ?? 0) !== 0)) {
        return true; // it may wait
    }
    if (in_array($function, ['stream_set_timeout', 'socket_set_timeout'], true)) {
        return count($args) > 1; // later reads would wait
    }
    if ($function === 'stream_set_blocking' || $function === 'socket_set_blocking') {
        return ($args[1] ?? false) !== false;
    }
    foreach ($function === 'stream_select' ? $args : [] as $list) {
        if (in_array($w['others'][0], is_array($list) ? $list : [], true)) {
            return true; // PHP says twice that it can't wait for memory
        }
    }
    if ($function === 'stream_socket_client' && is_scalar($args[4] ?? 4) && ((int) ($args[4] ?? 4) & STREAM_CLIENT_PERSISTENT)) {
        return true; // persistent streams are PHP's own
    }
    if ($function === 'stream_copy_to_stream') {
        return ($args[0] ?? null) === ($args[1] ?? null);
    }
    return false;
}

for ($round = 0; $round < $rounds; $round++) {
    $throwing = false;
    $w = world();
    $throwing = $round % 7 === 6;
    for ($n = 0; $n < 25; $n++) {
        $function = array_rand(CALLS);
        $kinds = CALLS[$function];
        $least = OPTIONAL[$function] ?? strlen($kinds);
        $count = mt_rand($least, strlen($kinds));
        if (mt_rand(0, 15) === 0) {
            $count = mt_rand(0, strlen($kinds) + 1);
        }
        $args = [];
        for ($i = 0; $i < $count; $i++) {
            $args[] = $i < strlen($kinds) ? argument($kinds[$i], $w) : anything($w);
        }
        if (!function_exists($function) || masked($function, $args, $w)) {
            continue;
        }
        $label = $function . '(' . implode(', ', array_map('show', $args)) . ')';
        $references = [];
        foreach ((new ReflectionFunction($function))->getParameters() as $i => $parameter) {
            if ($i < $count && $parameter->isPassedByReference()) {
                $references[$i] = $args[$i];
                $args[$i] = &$references[$i];
            }
        }
        $events = [];
        try {
            $out = show(call_user_func_array($function, $args));
        } catch (Throwable $t) {
            $out = get_class($t) . ': ' . $t->getMessage();
        }
        if (strpos(end($events) ?: '', 'Unable to find the socket transport') || strpos($out, 'Stream-Context resource')) {
            $references[1] = $references[2] = 'whatever C has left there';
        }
        $out = preg_replace('/(-1 or between 0 and) \d+/', '$1 N', $out); // PHP 8.2 prints a float as an integer
        $line = "$seed.$round.$n $label = $out";
        foreach ($references as $i => $value) {
            $line .= " &$i=" . show($value);
        }
        foreach ($events as $event) {
            $line .= " | $event";
        }
        // Ports aren't the call's doing.
        $line = preg_replace('/127\.0\.0\.1:\d{4,5}/', '127.0.0.1:N', $line);
        echo str_replace("\n", '\n', preg_replace("/\\b{$w['port']}\\b/", 'PORT', $line)), "\n";
    }
    $w = null;
}
echo "end\n";

<?php
// Requests by Guzzle's StreamHandler, which opens URLs. The arguments are the
// server's URLs, in clear and by TLS, and the folder of certificates.
require '/usr/share/php/GuzzleHttp/autoload.php';

use GuzzleHttp\Client;
use GuzzleHttp\Handler\StreamHandler;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Psr7\MultipartStream;

[, $clear, $tls, $dir] = $argv;
$client = new Client(['handler' => HandlerStack::create(new StreamHandler()), 'verify' => "$dir/ca.pem", 'timeout' => 20]);

/** What came of a request. */
function ask(string $what, callable $request): void
{
    echo "== $what\n";
    try {
        $r = $request();
        echo $r->getStatusCode(), ' ', $r->getReasonPhrase(), ' ', $r->getProtocolVersion(), "\n";
        foreach (['Content-Type', 'Content-Length', 'X-Two', 'X-Guzzle-Redirect-History', 'X-Encoded-Content-Encoding'] as $name) {
            if ($r->hasHeader($name)) {
                echo "$name: ", implode(' | ', $r->getHeader($name)), "\n";
            }
        }
        echo $r->getBody()->getSize() === null ? 'streamed' : 'whole', ' ', substr((string) $r->getBody(), 0, 200), "\n";
    } catch (Throwable $e) {
        for (; $e; $e = $e->getPrevious()) {
            echo get_class($e), ': ', $e->getMessage(), "\n";
        }
    }
}

/** The most memory that the process has had, in kilobytes. */
function most(): int
{
    return (int) substr(strstr(file_get_contents('/proc/self/status'), 'VmHWM:'), 6);
}

ask('get', fn() => $client->get("$clear/echo?a=b", ['headers' => ['X-Of' => ['one', 'two']]]));
ask('head', fn() => $client->head("$clear/echo"));
ask('form', fn() => $client->post("$clear/echo", ['form_params' => ['a' => '1 2', 'b' => "\u{e4}"]]));
ask('json', fn() => $client->put("$clear/echo", ['json' => ['a' => [1, 2]]]));
ask('large body', fn() => $client->post("$clear/echo", ['body' => str_repeat('0123456789', 100000)]));
ask('parts', fn() => $client->post("$clear/echo", ['body' => new MultipartStream([['name' => 'f', 'contents' => 'text', 'filename' => 'f.txt']], 'edge')]));
ask('user', fn() => $client->get("$clear/echo", ['auth' => ['ann', 'secret']]));
ask('redirects', fn() => $client->get("$clear/redirect?n=3", ['allow_redirects' => ['track_redirects' => true]]));
ask('not followed', fn() => $client->get("$clear/redirect?n=3", ['allow_redirects' => false]));
ask('too many', fn() => $client->get("$clear/redirect?n=9", ['allow_redirects' => ['max' => 2]]));
ask('not found', fn() => $client->get("$clear/status?is=404"));
ask('broken', fn() => $client->get("$clear/status?is=500"));
ask('its body', fn() => $client->get("$clear/status?is=500", ['http_errors' => false]));
ask('chunks', fn() => $client->get("$clear/chunks"));
ask('gzip', fn() => $client->get("$clear/gzip", ['decode_content' => 'gzip']));
ask('http/1.0', fn() => $client->get("$clear/echo", ['version' => '1.0']));
ask('slow', fn() => $client->get("$clear/slow", ['timeout' => 0.2]));
ask('refused', fn() => $client->get('http://127.0.0.1:1/'));
ask('tls', fn() => $client->get("$tls/echo"));
ask('from tls', fn() => $client->get("$tls/redirect?n=1"));
ask('unknown authority', fn() => $client->get("$tls/echo", ['verify' => "$dir/other-ca.pem"]));
ask('wrong name', fn() => $client->get(str_replace('localhost', '127.0.0.1', $tls) . '/echo'));
ask('not verified', fn() => $client->get("$tls/echo", ['verify' => false]));

echo "== to a file\n";
$client->get("$clear/large?size=100000", ['sink' => "$dir/sink"]);
echo sha1_file("$dir/sink"), "\n";

foreach ([$clear, $tls] as $url) {
    echo "== 50 MB, streamed\n";
    $heard = 0;
    $last = [];
    $falls = false;
    $progress = function ($total, $now) use (&$heard, &$last, &$falls) {
        $heard++;
        $falls = $falls || $last && $now < $last[1];
        $last = [$total, $now];
    };
    $before = most();
    $body = $client->get("$url/large?size=52428800", ['stream' => true, 'progress' => $progress])->getBody();
    for ($hash = hash_init('sha1'), $size = 0; !$body->eof(); $size += strlen($data)) {
        hash_update($hash, $data = $body->read(8192));
    }
    echo $size, ' ', hash_final($hash), "\n";
    echo 'progress: ', $heard > 1000 ? 'often' : $heard, $falls ? ', falls' : '', ', at last ', implode(' of ', array_reverse($last)), "\n";
    echo 'memory: ', memory_get_peak_usage() < 16 << 20 && most() - $before < 16 << 10 ? 'flat' : memory_get_peak_usage() . ' ' . (most() - $before), "\n";
}

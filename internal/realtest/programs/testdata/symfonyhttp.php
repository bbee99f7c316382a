<?php
// Requests by Symfony's NativeHttpClient, which opens URLs and waits for many at
// once. The arguments are the server's URLs, in clear and by TLS, and the folder of
// certificates.
require '/usr/share/php/Symfony/Component/HttpClient/autoload.php';

use Symfony\Component\HttpClient\NativeHttpClient;

[, $clear, $tls, $dir] = $argv;
$client = new NativeHttpClient(['cafile' => "$dir/ca.pem", 'timeout' => 20]);

/** What came of a request. */
function ask(string $what, callable $request): void
{
    echo "== $what\n";
    try {
        $r = $request();
        echo $r->getStatusCode(), ' after ', $r->getInfo('redirect_count'), " redirections\n";
        foreach ($r->getHeaders() as $name => $values) {
            if (in_array($name, ['content-type', 'content-length', 'x-two', 'content-encoding'])) {
                echo "$name: ", implode(' | ', $values), "\n";
            }
        }
        echo substr($r->getContent(), 0, 200), "\n";
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

ask('get', fn() => $client->request('GET', "$clear/echo", ['query' => ['a' => 'b c'], 'headers' => ['X-Of' => ['one', 'two']]]));
ask('head', fn() => $client->request('HEAD', "$clear/echo"));
ask('form', fn() => $client->request('POST', "$clear/echo", ['body' => ['a' => '1 2', 'b' => "\u{e4}"]]));
ask('json', fn() => $client->request('PUT', "$clear/echo", ['json' => ['a' => [1, 2]]]));
ask('large body', fn() => $client->request('POST', "$clear/echo", ['body' => str_repeat('0123456789', 100000)]));
ask('body in pieces', function () use ($client, $clear) {
    $pieces = ['one ', 'two ', 'three'];
    return $client->request('POST', "$clear/echo", ['body' => function () use (&$pieces) {
        return array_shift($pieces) ?? '';
    }]);
});
ask('user', fn() => $client->request('GET', "$clear/echo", ['auth_basic' => ['ann', 'secret']]));
ask('redirects', fn() => $client->request('GET', "$clear/redirect?n=3"));
ask('not followed', fn() => $client->request('GET', "$clear/redirect?n=3", ['max_redirects' => 0]));
ask('too many', fn() => $client->request('GET', "$clear/redirect?n=9", ['max_redirects' => 2]));
ask('not found', fn() => $client->request('GET', "$clear/status?is=404"));
ask('broken', fn() => $client->request('GET', "$clear/status?is=500"));
ask('chunks', fn() => $client->request('GET', "$clear/chunks"));
ask('gzip', fn() => $client->request('GET', "$clear/gzip"));
ask('http/1.0', fn() => $client->request('GET', "$clear/echo", ['http_version' => '1.0']));
ask('slow', fn() => $client->request('GET', "$clear/slow", ['timeout' => 0.2]));
ask('too long', fn() => $client->request('GET', "$clear/slow", ['max_duration' => 0.3]));
ask('too long in the body', fn() => $client->request('GET', "$clear/drip", ['max_duration' => 0.3]));
ask('refused', fn() => $client->request('GET', 'http://127.0.0.1:1/'));
ask('no such host', fn() => $client->request('GET', 'http://nowhere.invalid/'));
ask('own resolver', fn() => $client->request('GET', str_replace('localhost', 'elsewhere.example', $clear) . '/echo', ['resolve' => ['elsewhere.example' => '127.0.0.1']]));
ask('tls', fn() => $client->request('GET', "$tls/echo"));
ask('from tls', fn() => $client->request('GET', "$tls/redirect?n=1"));
ask('unknown authority', fn() => $client->request('GET', "$tls/echo", ['cafile' => "$dir/other-ca.pem"]));
ask('wrong name', fn() => $client->request('GET', str_replace('localhost', '127.0.0.1', $tls) . '/echo'));
$other = str_replace('localhost', 'elsewhere.example', $tls) . '/echo';
$there = ['resolve' => ['elsewhere.example' => '127.0.0.1']];
ask('wrong name there', fn() => $client->request('GET', $other, $there));
ask('name not verified', fn() => $client->request('GET', $other, $there + ['verify_host' => false]));
ask('not verified', fn() => $client->request('GET', "$tls/echo", ['verify_peer' => false, 'verify_host' => false, 'cafile' => "$dir/other-ca.pem"]));
ask('fingerprint', fn() => $client->request('GET', "$tls/echo", ['peer_fingerprint' => ['sha256' => trim(file_get_contents("$dir/fingerprint"))]]));
ask('wrong fingerprint', fn() => $client->request('GET', "$tls/echo", ['peer_fingerprint' => ['sha256' => str_repeat('0', 64)]]));
ask('certificates', function () use ($client, $tls) {
    $r = $client->request('GET', "$tls/echo", ['capture_peer_cert_chain' => true]);
    $r->getContent();
    foreach ($r->getInfo('peer_certificate_chain') as $certificate) {
        echo openssl_x509_parse($certificate)['name'], "\n";
    }
    return $r;
});
ask('cancelled', function () use ($client, $clear) {
    return $client->request('GET', "$clear/large?size=52428800", ['on_progress' => function (int $now) {
        if ($now > 1 << 20) {
            throw new Exception('enough');
        }
    }]);
});

/** Asks for all, waits for what comes of any, and prints how each ended. */
function together(NativeHttpClient $client, array $urls, float $timeout): void
{
    $responses = $ends = [];
    foreach ($urls as $n => $url) {
        $responses[$n] = $client->request('GET', $url, ['user_data' => $n]);
        try {
            $ends[$n] = $responses[$n]->getStatusCode() . ' '; // which opens it
        } catch (Throwable $e) {
            $ends[$n] = get_class($e) . ': ' . $e->getMessage();
            unset($responses[$n]);
        }
    }
    $bodies = array_fill(0, count($urls), '');
    foreach ($client->stream($responses, $timeout) as $response => $chunk) {
        $n = $response->getInfo('user_data');
        if ($chunk->isTimeout()) {
            $ends[$n] .= "$bodies[$n], and no more";
            $response->cancel();
        } elseif ($chunk->isLast()) {
            $ends[$n] .= strlen($bodies[$n]) . ' ' . sha1($bodies[$n]);
        } elseif (!$chunk->isFirst()) {
            $bodies[$n] .= $chunk->getContent();
        }
    }
    echo implode("\n", $ends), "\n";
}

echo "== several at once\n";
together($client, ["$clear/echo?1", "$tls/echo?2", "$clear/large?size=20000", "$clear/chunks", "$tls/large?size=20000",
    "$clear/status?is=404", "$clear/redirect?n=2", 'http://127.0.0.1:1/', "$tls/gzip"], 10);
echo "== some that are slow among others\n";
together($client, ["$clear/drip", "$clear/echo", "$tls/drip", "$tls/echo"], 0.3);

foreach ([$clear, $tls] as $url) {
    echo "== 50 MB, streamed\n";
    $heard = 0;
    $last = [];
    $falls = false;
    $progress = function (int $now, int $total) use (&$heard, &$last, &$falls) {
        $heard++;
        $falls = $falls || $last && $now < $last[0];
        $last = [$now, $total];
    };
    $before = most();
    $response = $client->request('GET', "$url/large?size=52428800", ['buffer' => false, 'on_progress' => $progress]);
    $hash = hash_init('sha1');
    $size = 0;
    foreach ($client->stream($response) as $chunk) {
        hash_update($hash, $chunk->getContent());
        $size += strlen($chunk->getContent());
    }
    echo $size, ' ', hash_final($hash), "\n";
    echo 'progress: ', $heard > 1000 ? 'often' : $heard, $falls ? ', falls' : '', ', at last ', implode(' of ', $last), "\n";
    // What counts is what the process takes: PHP keeps room for all that a fread asks
    // for, which here is what is left of the body, and never touches most of it.
    echo 'memory: ', most() - $before < 16 << 10 ? 'flat' : most() - $before, "\n";
}

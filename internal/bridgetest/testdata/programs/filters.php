<?php
// PHP's filters on streams of the library's: PHP's code between PHP's functions
// and Go's network.
require __DIR__ . '/lib.inc';

/** As pair, with a client that doesn't wait long: a filtered fgets reads as long as something comes. */
function quick()
{
    [$client, $peer] = pair();
    stream_set_timeout($client, 0, 50000);
    return [$client, $peer];
}

/** Shouts, and tells of its life. */
final class Shout extends php_user_filter
{
    public function onCreate(): bool
    {
        echo "created as {$this->filtername} with ", json_encode($this->params), "\n";
        return $this->params !== 'refuse';
    }
    public function onClose(): void { echo "closed\n"; }
    public function filter($in, $out, &$consumed, bool $closing): int
    {
        echo $closing ? "closing\n" : '';
        $passed = PSFS_FEED_ME;
        while ($bucket = stream_bucket_make_writeable($in)) {
            $consumed += $bucket->datalen;
            $bucket->data = strtoupper($bucket->data) . '!';
            stream_bucket_append($out, $bucket);
            $passed = PSFS_PASS_ON;
        }
        if ($closing) {
            stream_bucket_append($out, stream_bucket_new($this->stream, "(end)\n"));
            $passed = PSFS_PASS_ON;
        }
        return $passed;
    }
}
var_dump(stream_filter_register('shout.*', 'Shout'), stream_filter_register('shout.*', 'Shout'));

/** What a reader can see of a stream. */
function look($fp)
{
    $meta = stream_get_meta_data($fp);
    echo "unread {$meta['unread_bytes']}, at ", ftell($fp), $meta['eof'] ? ', eof' : '', "\n";
}

/** Waits until all has come: PHP doesn't select streams with filters. */
function arrive() { usleep(20000); }

// What has been read ahead goes through a filter that comes later.
[$client, $peer] = quick();
fwrite($peer, "first\nsecond\nthird\n");
var_dump(fgets($client));
look($client);
$filter = stream_filter_append($client, 'string.rot13', STREAM_FILTER_READ);
look($client);
var_dump(get_resource_type($filter), fgets($client));
look($client);
var_dump(stream_filter_remove($filter), get_resource_type($filter));
look($client);
attempt('removed twice', fn () => stream_filter_remove($filter));
fwrite($peer, "fourth\n");
var_dump(fgets($client), fgets($client));
look($client);

// One after the other, and one before.
[$client, $peer] = quick();
stream_filter_append($client, 'string.toupper', STREAM_FILTER_READ);
stream_filter_append($client, 'convert.base64-decode', STREAM_FILTER_READ);
$front = stream_filter_prepend($client, 'string.rot13', STREAM_FILTER_READ);
fwrite($peer, str_rot13(base64_encode("abc")) . "\n");
arrive();
var_dump(fread($client, 100));
look($client);

// Each function that reads.
foreach ([
    'fgets' => fn ($fp) => fgets($fp), 'fgetc' => fn ($fp) => fgetc($fp), 'fread' => fn ($fp) => fread($fp, 5),
    'stream_get_line' => fn ($fp) => stream_get_line($fp, 100, "\n"), 'fgetcsv' => fn ($fp) => fgetcsv($fp, 0, ',', '"', ''),
    'stream_get_contents' => fn ($fp) => stream_get_contents($fp, 7), 'fscanf' => fn ($fp) => fscanf($fp, '%s %s'),
    'recvfrom' => fn ($fp) => stream_socket_recvfrom($fp, 4), 'feof' => fn ($fp) => feof($fp),
    'peek' => fn ($fp) => stream_socket_recvfrom($fp, 4, STREAM_PEEK),
] as $name => $reads) {
    [$client, $peer] = quick();
    stream_filter_append($client, 'string.rot13', STREAM_FILTER_READ);
    fwrite($peer, "uryyb, jbeyq\nzber\n");
    arrive();
    attempt($name, fn () => $reads($client));
    look($client);
    fclose($peer);
    var_dump(stream_get_contents($client), feof($client));
}

// Each that writes.
foreach ([
    'fwrite' => fn ($fp) => fwrite($fp, "written\n"), 'fputs' => fn ($fp) => fputs($fp, "put\n", 2),
    'fprintf' => fn ($fp) => fprintf($fp, "%d\n", 7), 'fputcsv' => fn ($fp) => fputcsv($fp, ['a b', 'c'], ',', '"', ''),
    'sendto' => fn ($fp) => stream_socket_sendto($fp, "sent\n"), 'oob' => fn ($fp) => stream_socket_sendto($fp, 'x', STREAM_OOB),
    'fflush' => fn ($fp) => fflush($fp),
] as $name => $writes) {
    [$client, $peer] = quick();
    stream_filter_append($client, 'string.rot13', STREAM_FILTER_WRITE);
    attempt($name, fn () => $writes($client));
    var_dump(ftell($client), fclose($client), stream_get_contents($peer));
}

// What holds back until the end.
[$client, $peer] = quick();
stream_filter_append($client, 'convert.base64-encode', STREAM_FILTER_WRITE, ['line-length' => 8, 'line-break-chars' => "\r\n"]);
var_dump(fwrite($client, 'eleven byte'), fclose($client), stream_get_contents($peer));
[$client, $peer] = quick();
$filter = stream_filter_append($client, 'convert.quoted-printable-encode', STREAM_FILTER_WRITE, ['binary' => false]);
var_dump(fwrite($client, "caf\xe9 = 1\n"), stream_filter_remove($filter), fwrite($client, "plain\n"), fclose($client), stream_get_contents($peer));
[$client, $peer] = quick();
stream_filter_append($client, 'zlib.deflate', STREAM_FILTER_WRITE, ['level' => 9, 'window' => 15]);
stream_filter_append($peer, 'zlib.inflate', STREAM_FILTER_READ, ['window' => 15]);
var_dump(fwrite($client, str_repeat('zip ', 5000)), fclose($client), strlen(stream_get_contents($peer)));

// Both ways at once, and answers.
[$client, $peer] = quick();
stream_filter_append($client, 'string.rot13');
fwrite($client, "question\n");
var_dump(fgets($peer), fwrite($peer, "answer\n"), fgets($client));

// PHP's own classes.
[$client, $peer] = quick();
attempt('refused', fn () => stream_filter_append($client, 'shout.no', STREAM_FILTER_READ, 'refuse'));
attempt('unknown', fn () => stream_filter_append($client, 'nobody.knows'));
$filter = stream_filter_append($client, 'shout.in', STREAM_FILTER_READ, ['a' => 1]);
fwrite($peer, "low\n");
var_dump(fgets($client), fread($client, 10));
stream_filter_append($client, 'shout.out', STREAM_FILTER_WRITE);
fwrite($client, "low again\n");
var_dump(fgets($peer));
fclose($client);
var_dump(stream_get_contents($peer));

// stream_select takes no stream with a filter, even where PHP has bytes of it.
[$client, $peer] = quick();
stream_filter_append($client, 'string.toupper', STREAM_FILTER_READ);
fwrite($peer, "one\ntwo\n");
var_dump(fgets($client));
$read = ['k' => $client];
$write = $except = null;
attempt('select', function () use (&$read, &$write, &$except) { return stream_select($read, $write, $except, 0); });
var_dump(array_keys($read), fgets($client));

// Without waiting, and with nothing there.
stream_set_blocking($client, false);
var_dump(fgets($client), fread($client, 10), feof($client));
stream_set_blocking($client, true);
stream_set_timeout($client, 0, 50000);
var_dump(fgets($client), stream_get_meta_data($client)['timed_out']);
fclose($peer);
var_dump(fgets($client), feof($client));

// Copies.
[$client, $peer] = quick();
[$far, $near] = quick();
stream_filter_append($client, 'string.rot13', STREAM_FILTER_READ);
stream_filter_append($far, 'string.toupper', STREAM_FILTER_WRITE);
fwrite($peer, "pbcl gung\n");
fclose($peer);
var_dump(stream_copy_to_stream($client, $far), fgets($near));

var_dump(in_array('convert.*', stream_get_filters()), in_array('shout.*', stream_get_filters()));

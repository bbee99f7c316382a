<?php
// Fetches a URL into a file, with a progress bar, a limit, and another try from
// where it broke off. Its port to Go, line for line, is fetch.go; bar.php,
// server.php and demo.php have theirs in bar.go, server.go and demo.go.
//
//   php fetch.php https://example.com/large.iso
//
// It runs on PHP 7.4 and later, and needs the openssl extension for https.

require __DIR__ . '/bar.php';
require __DIR__ . '/demo.php';
require __DIR__ . '/main.php';

// A Fetch gets one URL into one file.
class Fetch
{
    public $timeout = 10.0;      // seconds in which something must come
    public $limit = 1 << 30;     // bytes
    public $tries = 5;
    public $cafile = '';         // empty: the system's authorities
    public $failure = '';
    public $have = 0;            // bytes in the file
    private $bar;
    private $tag = '';           // which version of the page they are of
    private $size = -1;          // bytes that this answer brings; -1: the server does not say
    private $total = -1;         // bytes in all, once it is clear which ones come

    public function __construct($bar)
    {
        $this->bar = $bar;
    }

    // run tries until the file is whole, or another try is of no use.
    public function run($url, $path)
    {
        $warning = '';
        catch_warnings($warning);
        $to = fopen("$path.part", 'w');
        restore_error_handler();
        if ($to === false) {
            $this->failure = reason($warning);
            return false;
        }
        for ($try = 1; $this->attempt($url, $to) && $try < $this->tries; $try++) {
            $this->bar->stop("$this->failure: $this->have of $this->total bytes");
            $this->bar->begin('');
        }
        if (!fclose($to) && $this->failure === '') {
            $this->failure = 'the file can not be written';
        }
        if ($this->failure !== '') {
            unlink("$path.part");
            $this->bar->stop("gave up: $this->failure");
            return false;
        }
        rename("$path.part", $path);
        $this->bar->stop("$this->have bytes" . ($try > 1 ? ", in $try tries" : ''));
        return true;
    }

    // attempt answers whether another one may help. Where all has come, there is
    // no failure.
    private function attempt($url, $to)
    {
        $this->failure = '';
        $this->size = -1;
        $this->total = -1;
        $headers = [];
        if ($this->have > 0 && $this->tag !== '') {
            // The rest, unless the page is another one by now.
            $headers = ["Range: bytes=$this->have-", "If-Range: $this->tag"];
        }
        $options = [
            // What an answer with an error says, we look at ourselves.
            'http' => ['header' => $headers, 'user_agent' => 'fetch', 'protocol_version' => 1.1, 'timeout' => $this->timeout, 'ignore_errors' => true],
        ];
        if ($this->cafile !== '') {
            $options['ssl'] = ['cafile' => $this->cafile];
        }
        $context = stream_context_create($options, ['notification' => [$this, 'heard']]);
        $warning = '';
        catch_warnings($warning);
        $from = fopen($url, 'r', false, $context);
        restore_error_handler();
        if ($from === false) {
            $this->failure = reason($warning);
            return $this->have > 0;
        }
        $again = $this->receive($from, $to);
        fclose($from);
        return $again;
    }

    // heard is called for all that happens to the URL.
    public function heard($code, $severity, $message, $messageCode, $done, $max)
    {
        if ($code === STREAM_NOTIFY_FILE_SIZE_IS) {
            $this->size = $max;
        } elseif ($code === STREAM_NOTIFY_REDIRECTED) {
            $this->size = -1; // that was the size of another page
        } elseif ($code === STREAM_NOTIFY_PROGRESS && $this->total > 0) {
            $this->bar->draw($this->have + $done, $this->total);
        }
    }

    // receive takes what comes, and answers as attempt does.
    private function receive($from, $to)
    {
        [$status, $headers] = last_answer(stream_get_meta_data($from)['wrapper_data']);
        if (substr($status, 0, 3) === '206' && $this->have > 0) {
            if (strpos($headers['content-range'] ?? '', "bytes $this->have-") !== 0) {
                $this->failure = 'the server sends another part';
                return false;
            }
        } elseif (substr($status, 0, 3) === '200') {
            $this->have = 0; // all of it, from the start
            ftruncate($to, 0);
            rewind($to);
        } else {
            $this->failure = $status;
            return $this->have > 0 && $status[0] === '5';
        }
        $tag = $headers['etag'] ?? '';
        $this->tag = substr($tag, 0, 1) === '"' ? $tag : ''; // a weak one is no use
        if ($this->size >= 0) {
            $this->total = $this->have + $this->size;
            if ($this->total > $this->limit) {
                $this->failure = "$this->total bytes, and $this->limit are the limit";
                return false;
            }
            $this->bar->had($this->have, $this->total);
        }

        $warning = '';
        catch_warnings($warning);
        stream_copy_to_stream($from, $to, $this->limit - $this->have + 1);
        restore_error_handler();
        $this->have = ftell($to);
        if ($this->total > 0) {
            $this->bar->draw($this->have, $this->total);
        }
        if ($this->have > $this->limit) {
            $this->failure = "more than $this->limit bytes";
            return false;
        }
        if (stream_get_meta_data($from)['timed_out']) {
            $this->failure = "nothing came for $this->timeout seconds";
        } elseif ($warning !== '') {
            $this->failure = reason($warning);
        } elseif ($this->have < $this->total) {
            $this->failure = 'broke off'; // of which PHP does not tell
        } elseif ($this->total >= 0 && $this->have > $this->total) {
            $this->failure = 'more came than the server had said';
            return false;
        }
        return $this->failure !== '';
    }
}

// catch_warnings keeps the first warning instead of printing it.
function catch_warnings(&$first)
{
    set_error_handler(function ($level, $text) use (&$first) {
        if ($first === '') {
            $first = $text;
        }
        return true;
    });
}

// reason is the end of a warning.
function reason($warning)
{
    return printable(trim(substr(strrchr(":$warning", ':'), 1)));
}

// last_answer is the status and the headers of the answer that the redirections
// have led to.
function last_answer($lines)
{
    $status = '';
    $headers = [];
    foreach ($lines as $line) {
        if (preg_match('~^HTTP/[0-9.]+ ([0-9]{3}.*)$~Di', $line, $match)) {
            $status = printable(trim($match[1]));
            $headers = [];
        } elseif (preg_match('/^([^:]+):(.*)$/D', $line, $match)) {
            $headers[strtolower($match[1])] = trim($match[2]);
        }
    }
    return [$status, $headers];
}

// printable is a text that does nothing to a terminal.
function printable($text)
{
    return preg_replace('/[^\x20-\x7e]/', '?', $text);
}

exit(main(array_slice($argv, 1)));

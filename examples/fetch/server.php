<?php
// A web server for the demonstration, which does not always do as it should.

const PAGE = 1000000;            // bytes
const BREAK_AT = 400000;

class Server
{
    private $asked = [];         // path => how often

    // run answers one client after the other, until it is ended.
    public function run($server)
    {
        while (($fp = @stream_socket_accept($server, 60.0)) !== false) {
            stream_set_timeout($fp, 10);
            $this->answer($fp);
            fclose($fp);
        }
    }

    private function answer($fp)
    {
        $request = (string) fgets($fp);
        $headers = [];
        while (($line = fgets($fp)) !== false && trim($line) !== '') {
            [$name, $value] = explode(':', $line, 2) + ['', ''];
            $headers[strtolower($name)] = trim($value);
        }
        $path = preg_match('~^GET /(\S*) HTTP/1\.1\r\n$~D', $request, $match) ? $match[1] : '';
        $this->asked[$path] = ($this->asked[$path] ?? 0) + 1;
        $first = $this->asked[$path] === 1;
        switch ($path) {
            case 'whole':
                $this->send($fp, $headers, 1, PAGE, true);
                break;
            case 'breaks':       // each time
                $this->send($fp, $headers, 1, BREAK_AT, true);
                break;
            case 'changes':      // between two tries
                $this->send($fp, $headers, $first ? 1 : 2, $first ? BREAK_AT : PAGE, true);
                break;
            case 'ignores':      // that only a part is wanted
                $this->send($fp, [], 1, $first ? BREAK_AT : PAGE, true);
                break;
            case 'untagged':
                $this->send($fp, $headers, 1, $first ? BREAK_AT : PAGE, false);
                break;
            case 'stalls':
                $this->send($fp, $headers, 1, $first ? BREAK_AT : PAGE, true);
                if ($first) {
                    fgets($fp);  // until the client has had enough
                }
                break;
            case 'moved':
                fwrite($fp, "HTTP/1.1 302 Found\r\nLocation: /whole\r\nContent-Length: 5\r\nConnection: close\r\n\r\nmoved");
                break;
            case 'endless':
                fwrite($fp, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
                while (@fwrite($fp, "f4240\r\n" . page(1) . "\r\n") === 1000009) {
                }
                break;
            default:
                fwrite($fp, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    }

    // send answers with a version of the page, or its rest, but with no more than
    // so many bytes.
    private function send($fp, $headers, $version, $most, $tagged)
    {
        $from = 0;
        if (preg_match('/^bytes=([0-9]{1,9})-$/D', $headers['range'] ?? '', $match) && ($headers['if-range'] ?? '') === "\"$version\"") {
            $from = min((int) $match[1], PAGE);
        }
        $head = 'HTTP/1.1 200 OK';
        if ($from > 0) {
            $head = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes $from-" . (PAGE - 1) . '/' . PAGE;
        }
        if ($tagged) {
            $head .= "\r\nETag: \"$version\"";
        }
        $head .= "\r\nContent-Length: " . (PAGE - $from) . "\r\nConnection: close\r\n\r\n";
        @fwrite($fp, $head . substr(page($version), $from, $most));
    }
}

// page is what the server has: lines of sixteen bytes.
function page($version)
{
    $text = '';
    for ($i = 0; $i < PAGE / 16; $i++) {
        $text .= sprintf("%d %013d\n", $version, $i);
    }
    return $text;
}

// bind answers a stream and its name. Where it does not listen, too, who connects
// is refused.
function bind($flags)
{
    $server = stream_socket_server('tcp://127.0.0.1:0', $errno, $errstr, $flags);
    return [$server, (string) stream_socket_get_name($server, false)];
}

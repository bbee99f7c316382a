<?php
// One dialogue of a client with a server, in many ways to read and to write.
// dialogue_test.go has the same one on the library: the two are to be read side
// by side. A question is a way, the answer what every call of it came to.

final class dialogue
{
    private $way, $fp, $events = [], $log = [], $got = '', $wrote = 0, $broken = false;

    public function __construct(array $way) { $this->way = $way; }

    public function run(): array
    {
        set_error_handler(function ($level, $message) {
            $this->events[] = (error_reporting() & $level ? '' : 'silenced ') . $level . ' ' . $message;
            return true;
        });
        $this->open();
        if (is_resource($this->fp)) {
            $this->talk();
            $this->after();
        }
        restore_error_handler();
        return ['log' => $this->log, 'got' => base64_encode($this->got), 'wrote' => $this->wrote];
    }

    private function note($what, $value)
    {
        $this->log[] = "$what = " . $this->dump($value);
        foreach ($this->events as $event) {
            $this->log[] = '  ' . addcslashes($event, "\n");
        }
        $this->events = [];
        return $value;
    }

    private function open()
    {
        $w = $this->way;
        $ssl = ['cafile' => $w['cafile'], 'peer_name' => 'localhost'];
        $errno = $errstr = null;
        if ($w['open'] === 'stream_socket_server') {
            return $this->accept();
        }
        if ($w['open'] === 'fsockopen' || $w['open'] === 'pfsockopen') {
            $scheme = $w['tls'] === 'tls' ? 'tls://' : '';
            $this->fp = $this->note($w['open'], $w['open']($scheme . $w['host'], $w['port'], $errno, $errstr, $w['timeout']));
        } else {
            $scheme = $w['tls'] === 'tls' ? 'tls://' : 'tcp://';
            $this->fp = $this->note('stream_socket_client', stream_socket_client($scheme . $w['host'] . ':' . $w['port'],
                $errno, $errstr, $w['timeout'], STREAM_CLIENT_CONNECT, stream_context_create(['ssl' => $ssl])));
        }
        $this->note('errno', $errno);
        $this->note('errstr', $errstr);
        if (!is_resource($this->fp)) {
            return;
        }
        $this->opened();
    }

    // accept waits for the other side to connect.
    private function accept()
    {
        $w = $this->way;
        $context = stream_context_create(['ssl' => ['local_cert' => $w['cert']]]);
        $server = stream_socket_server(($w['tls'] === 'tls' ? 'tls://' : 'tcp://') . '127.0.0.1:0', $errno, $errstr,
            STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
        stream_set_timeout($server, 0, (int) ($w['timeout'] * 1000000)); // of the handshake
        echo stream_socket_get_name($server, false), "\n";
        $this->fp = $this->note('stream_socket_accept', stream_socket_accept($server, $w['timeout']));
        fclose($server);
        if (is_resource($this->fp)) {
            $this->opened();
        }
    }

    private function opened()
    {
        $w = $this->way;
        stream_set_timeout($this->fp, 0, (int) ($w['timeout'] * 1000000));
        foreach ($w['set'] as [$function, $value]) {
            $this->note($function, $function($this->fp, $value));
        }
        foreach ($w['filters'] as $filter) {
            $this->note('stream_filter_append', is_resource(stream_filter_append($this->fp, $filter['name'], $filter['mode'])));
        }
    }

    private function talk()
    {
        if ($this->way['tls'] !== 'tls') {
            $this->put("HELLO a\r\n") && $this->get(9, 1);
            if ($this->way['tls'] === 'starttls') {
                $this->broken || $this->put("STARTTLS\r\n") && $this->get(8, 1);
                $this->broken || $this->crypto();
            }
        }
        if ($this->way['tls'] !== '') {
            $this->broken || $this->get(10, 1);
        }
        $this->broken || $this->put("EHLO xy\r\n") && $this->get(21, 2);
        $this->broken || $this->put("MORE\r\n") && $this->rest();
    }

    private function crypto()
    {
        if ($this->way['open'] === 'stream_socket_server' && !$this->put("GO\r\n")) {
            return;
        }
        do {
            $ok = stream_socket_enable_crypto($this->fp, true, $this->way['open'] === 'stream_socket_server' ? STREAM_CRYPTO_METHOD_TLS_SERVER : STREAM_CRYPTO_METHOD_TLS_CLIENT);
        } while ($ok === 0 && $this->readable());
        $this->note('stream_socket_enable_crypto', $ok);
        $this->broken = $ok !== true;
    }

    private function readable()
    {
        $r = [$this->fp];
        $w = $e = null;
        try {
            return stream_select($r, $w, $e, 0, (int) ($this->way['timeout'] * 1000000)) > 0;
        } catch (ValueError $e) {
            return false; // for filtered streams it is of no use
        }
    }

    private function put($text)
    {
        foreach ($this->way['pieces'] ? str_split($text) : [$text] as $piece) {
            $n = $this->way['write']($this->fp, $piece);
            $this->wrote += max(0, (int) $n);
            if ($n !== strlen($piece)) {
                $this->note('put ' . $piece, $n);
                $this->broken = true;
                return false;
            }
        }
        $this->note('put', $text);
        return true;
    }

    // get reads so many bytes of so many lines.
    private function get($bytes, $lines)
    {
        $bytes -= $this->way['read'] === 'stream_get_line' ? 2 * $lines : 0;
        for ($text = ''; strlen($text) < $bytes; $text .= $s) {
            $s = $this->read($bytes - strlen($text));
            if ($s === false || $s === '') {
                $this->note('get', $text);
                $this->note('then', $s);
                return !($this->broken = true);
            }
        }
        $this->note('get', $text);
        return true;
    }

    private function rest()
    {
        $text = '';
        do {
            $s = $this->read(8192);
            $text .= $s;
        } while ($s !== false && $s !== '');
        $this->note('rest', $text);
        $this->note('then', $s);
    }

    private function read($left)
    {
        $w = $this->way;
        if ($w['feof'] && feof($this->fp)) {
            return false;
        }
        do {
            if ($w['select'] && !$this->readable()) {
                return false;
            }
            switch ($w['read']) {
                case 'fgetc':
                    $s = fgetc($this->fp);
                    break;
                case 'stream_get_line':
                    $s = stream_get_line($this->fp, $w['size'], "\r\n");
                    break;
                case 'stream_get_contents':
                    $s = stream_get_contents($this->fp, $left);
                    break;
                default:
                    $size = $w['size'];
                    if ($w['read'] !== 'fgets') {
                        $size = min($size, $left); // what comes at once doesn't matter then
                    }
                    $s = $size ? $w['read']($this->fp, $size) : $w['read']($this->fp);
            }
        } while ($w['select'] && ($s === '' || $s === false) && !feof($this->fp));
        $this->got .= $s;
        return $s;
    }

    // after asks what is left of the stream.
    private function after()
    {
        $this->way['timeout'] = 0.02;
        stream_set_timeout($this->fp, 0, 20000);
        $this->note('feof', feof($this->fp));
        $this->meta();
        $this->note('read', $this->read(8192));
        $n = $this->way['write']($this->fp, "LATE\r\n");
        $this->wrote += max(0, (int) $n);
        $this->note('write', $n);
        $this->meta();
        $this->note('ftell', ftell($this->fp));
        $this->note('stream_select', $this->readable()); // an end is readable, too
        $this->note('stream_socket_get_name', is_string(stream_socket_get_name($this->fp, false)));
        $this->note('fflush', fflush($this->fp));
        $this->note('stream_get_line', stream_get_line($this->fp, 100, "\n"));
        $this->note('stream_socket_shutdown', stream_socket_shutdown($this->fp, STREAM_SHUT_RDWR));
        $this->note('feof', feof($this->fp));
        $this->note('write', fwrite($this->fp, "GONE\r\n"));
        $this->note('fclose', fclose($this->fp));
        $this->note('is_resource', is_resource($this->fp));
        $this->note('get_resource_type', get_resource_type($this->fp));
        try {
            $this->note('fgets', fgets($this->fp));
        } catch (TypeError $e) {
            $this->note('fgets', $e->getMessage());
        }
    }

    private function meta()
    {
        $m = stream_get_meta_data($this->fp);
        foreach (['timed_out', 'blocked', 'eof', 'stream_type', 'unread_bytes'] as $key) {
            $this->note($key, $m[$key]);
        }
        $this->note('crypto', $m['crypto']['protocol'] ?? null);
    }

    private function dump($v)
    {
        if (is_string($v)) {
            return '"' . preg_replace_callback('/[^ !#-\[\]-~]/', function ($m) {
                return sprintf('\x%02x', ord($m[0]));
            }, $v) . '"';
        }
        return is_resource($v) ? 'resource' : json_encode($v);
    }
}

function answer(string $question): string
{
    return json_encode((new dialogue(json_decode($question, true)))->run());
}

<?php
// Connections that never wait: how they are opened, accepted and encrypted.

const FULL = 65536;              // as much as is read at once, and kept to be written

// A Connection reads and writes one stream. Who uses it sets its callbacks.
class Connection
{
    public $onData;              // function ($data)
    public $onDrain;             // function (): what was written is gone, there is room again
    public $onClose;             // function ($error): called once
    private $loop;
    private $stream;
    private $buffer = '';        // still to be written
    private $open = true;
    private $ending = false;     // to be closed when the buffer is empty

    public function __construct($loop, $stream)
    {
        $this->loop = $loop;
        $this->stream = $stream;
        $this->onData = function ($data) {
        };
        $this->onDrain = function () {
        };
        $this->onClose = function ($error) {
        };
        stream_set_blocking($this->stream, false);
        stream_set_read_buffer($this->stream, 0);
    }

    // encrypt does the TLS handshake and then calls back, with an error or ''.
    public function encrypt($method, $seconds, $done)
    {
        $finish = function ($error) use (&$timer, $done) {
            $this->loop->removeReadStream($this->stream);
            $this->loop->cancelTimer($timer);
            if ($error !== '') {
                $this->close($error);
            }
            $done($error);
        };
        $timer = $this->loop->addTimer($seconds, function () use ($finish) {
            $finish('the handshake took too long');
        });
        $step = function () use ($method, $finish) {
            $error = 'the peer closed the connection';
            catch_warnings($error);
            $ok = stream_socket_enable_crypto($this->stream, true, $method);
            restore_error_handler();
            if ($ok === true) {
                $finish('');
            } elseif ($ok === false) {
                $finish($error);
            }                    // 0: it goes on when the peer has answered
        };
        $this->loop->addReadStream($this->stream, $step);
        $step();
    }

    // protocol is the version of TLS, or '' in clear.
    public function protocol()
    {
        return stream_get_meta_data($this->stream)['crypto']['protocol'] ?? '';
    }

    public function resume()
    {
        if ($this->open) {
            $this->loop->addReadStream($this->stream, [$this, 'read']);
        }
    }

    public function pause()
    {
        $this->loop->removeReadStream($this->stream);
    }

    // write answers false when much is waiting already: the caller should pause
    // until onDrain is called.
    public function write($data)
    {
        if (!$this->open || $this->ending) {
            return false;
        }
        if ($this->buffer === '') {
            $this->loop->addWriteStream($this->stream, [$this, 'flush']);
        }
        $this->buffer .= $data;
        return strlen($this->buffer) < FULL;
    }

    // end closes the connection when all has been written.
    public function end()
    {
        $this->ending = true;
        if ($this->buffer === '') {
            $this->close('');
        }
    }

    public function close($error)
    {
        if (!$this->open) {
            return;
        }
        $this->open = false;
        $this->loop->removeReadStream($this->stream);
        $this->loop->removeWriteStream($this->stream);
        fclose($this->stream);
        ($this->onClose)($error);
    }

    public function read()
    {
        $error = '';
        catch_warnings($error);
        $data = stream_get_contents($this->stream, FULL);
        $end = $data === '' && feof($this->stream);
        restore_error_handler();
        if ($data === false || $end) {
            $this->close($error);
            return;
        }
        if ($data !== '') {
            ($this->onData)($data);
        }
    }

    public function flush()
    {
        $error = '';
        catch_warnings($error);
        $n = fwrite($this->stream, $this->buffer);
        restore_error_handler();
        if ($n === false || ($n === 0 && $error !== '')) {
            $this->close($error);
            return;
        }
        $this->buffer = substr($this->buffer, $n);
        if ($this->buffer !== '') {
            return;
        }
        $this->loop->removeWriteStream($this->stream);
        if ($this->ending) {
            $this->close('');
        } else {
            ($this->onDrain)();
        }
    }
}

// connect opens a connection, and calls back with it, or with null and an error.
function connect($loop, $address, $ssl, $done)
{
    $context = stream_context_create(['ssl' => $ssl, 'socket' => ['tcp_nodelay' => true]]);
    $flags = STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT;
    $stream = @stream_socket_client("tcp://$address", $errno, $errstr, 0, $flags, $context);
    if ($stream === false) {
        $done(null, $errstr);
        return;
    }
    $loop->addWriteStream($stream, function () use ($loop, $stream, $done) {
        $loop->removeWriteStream($stream);
        if (stream_socket_get_name($stream, true) === false) {
            $done(null, connect_error($stream));
            fclose($stream);
            return;
        }
        $done(new Connection($loop, $stream), '');
    });
}

// connect_error asks why a connect failed: the first write tells.
function connect_error($stream)
{
    $error = '';
    catch_warnings($error);
    fwrite($stream, "\n");
    restore_error_handler();
    return preg_replace('/^.* errno=\d+ /', '', $error);
}

// listen answers the server's stream. Each client is handed to $accept.
function listen($loop, $address, $ssl, $accept)
{
    $context = stream_context_create(['ssl' => $ssl, 'socket' => ['backlog' => 511, 'tcp_nodelay' => true]]);
    $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
    $server = stream_socket_server("tcp://$address", $errno, $errstr, $flags, $context);
    if ($server === false) {
        return false;
    }
    stream_set_blocking($server, false);
    $loop->addReadStream($server, function () use ($loop, $server, $accept) {
        $stream = @stream_socket_accept($server, 0);
        if ($stream !== false) { // false: the client has gone again
            $accept(new Connection($loop, $stream));
        }
    });
    return $server;
}

// catch_warnings keeps the first warning until restore_error_handler is called.
function catch_warnings(&$error)
{
    $first = true;
    set_error_handler(function ($level, $text) use (&$error, &$first) {
        if ($first) {
            $error = $text;
            $first = false;
        }
        return true;
    });
}

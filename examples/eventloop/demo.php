<?php
// The demonstration: an echo server and its clients, all in one loop.

const CLIENTS = 200;
const FEW = 10;                 // clients, in the rounds that must fail
const PATIENCE = 30.0;           // seconds, for one round

// A Round is one server with its clients, and what became of them.
class Round
{
    public $serverSsl = null;    // null: no TLS
    public $clientSsl = null;
    public $listening = true;    // false: nobody does, at that address
    public $talking = true;      // false: clients connect and say nothing
    public $handshake = 20.0;    // seconds that the server gives a client for it
    public $protocol = '';       // the version of TLS that the last client spoke
    public $most = 0;            // connections that the server had at once
    public $sent = 0;            // bytes
    public $echoed = 0;          // bytes that came back as they were sent
    public $errors = [];         // of clients: error => how many had it
    public $dropped = [];        // of the server: error => how many clients it gave up for it
    private $loop;
    private $ready = [];         // the clients that are connected
    private $connected = 0;      // connections made
    private $open = 0;           // connections that the server has now
    private $closed = 0;         // connections that the server has had
    private $pending = 0;        // what the loop still has to see
    private $closing = false;

    public function __construct($loop)
    {
        $this->loop = $loop;
    }

    // run connects all clients, lets them send when the last of them stands,
    // ends them when the last of them has its echo, and waits until the server
    // has seen that.
    public function run($clients)
    {
        $server = listen($this->loop, '127.0.0.1:0', $this->serverSsl ?? [], function ($connection) {
            $this->accept($connection);
        });
        $address = (string) stream_socket_get_name($server, false);
        if (!$this->listening) {
            $this->loop->removeReadStream($server);
            fclose($server);
        }
        for ($i = 0; $i < $clients; $i++) {
            $this->connect($address);
        }
        $this->wait($clients);
        if ($this->talking) {
            foreach ($this->ready as $i => $connection) {
                // Some have much to send, which goes out in many pieces.
                $this->exchange($connection, str_repeat("client $i says hello\r\n", $i % 50 === 0 ? 100000 : 100));
            }
            $this->wait(count($this->ready));
            foreach ($this->ready as $connection) {
                $connection->end();
            }
        }
        $this->closing = true;
        $this->wait($this->connected - $this->closed);
        foreach ($this->ready as $connection) {
            $connection->close('');
        }
        if ($this->listening) {
            $this->loop->removeReadStream($server);
            fclose($server);
        }
    }

    // accept is the server's part.
    private function accept($connection)
    {
        $this->open++;
        $this->most = max($this->most, $this->open);
        $connection->onClose = function ($error) {
            $this->open--;
            $this->closed++;
            // Which alert it was depends on the client's TLS library.
            count_error($this->dropped, preg_replace('/.* alert .*/s', 'the client sent an alert', $error));
            if ($this->closing) {
                $this->settled();
            }
        };
        if ($this->serverSsl === null) {
            $this->echoTo($connection);
            return;
        }
        $connection->encrypt(STREAM_CRYPTO_METHOD_TLS_SERVER, $this->handshake, function ($error) use ($connection) {
            if ($error === '') {
                $this->echoTo($connection);
            }
        });
    }

    // echoTo sends back what comes, and reads no faster than it can write.
    private function echoTo($connection)
    {
        $connection->onData = function ($data) use ($connection) {
            if (!$connection->write($data)) {
                $connection->pause();
            }
        };
        $connection->onDrain = [$connection, 'resume'];
        $connection->resume();
    }

    // connect is where a client begins.
    private function connect($address)
    {
        connect($this->loop, $address, $this->clientSsl ?? [], function ($connection, $error) {
            if ($connection === null) {
                count_error($this->errors, $error);
                $this->settled();
                return;
            }
            $this->connected++;
            if ($this->clientSsl === null) {
                $this->ready[] = $connection;
                $this->settled();
                return;
            }
            $connection->encrypt(STREAM_CRYPTO_METHOD_TLS_CLIENT, PATIENCE, function ($error) use ($connection) {
                count_error($this->errors, $error);
                if ($error === '') {
                    $this->ready[] = $connection;
                }
                $this->settled();
            });
        });
    }

    // exchange sends a client's data and compares what comes back.
    private function exchange($connection, $data)
    {
        $at = 0;
        $this->sent += strlen($data);
        $connection->onData = function ($echo) use ($connection, $data, &$at) {
            if ($echo !== substr($data, $at, strlen($echo))) {
                $connection->close('the echo is not what was sent');
                return;
            }
            $at += strlen($echo);
            $this->echoed += strlen($echo);
            if ($at === strlen($data)) {
                $this->protocol = $connection->protocol();
                $this->settled();
            }
        };
        $connection->onClose = function ($error) use ($data, &$at) {
            if ($at < strlen($data)) {
                count_error($this->errors, $error === '' ? 'closed before all was echoed' : $error);
                $this->settled();
            }
        };
        $connection->write($data);
        $connection->resume();
    }

    // wait runs the loop until so many things have been settled.
    private function wait($count)
    {
        $this->pending = $count;
        if ($count === 0) {
            return;
        }
        $timer = $this->loop->addTimer(PATIENCE, function () {
            count_error($this->errors, 'it took too long');
            $this->loop->stop();
        });
        $this->loop->run();
        $this->loop->cancelTimer($timer);
    }

    private function settled()
    {
        $this->pending--;
        if ($this->pending === 0) {
            $this->loop->stop();
        }
    }
}

// count_error counts by the end of the warning, which all PHPs share.
function count_error(&$counts, $error)
{
    if ($error !== '') {
        $error = trim(substr($error, (int) strrpos(":$error", ':')));
        $counts[$error] = ($counts[$error] ?? 0) + 1;
    }
}

// show prints what became of a round.
function show($name, $round)
{
    $facts = [];
    if ($round->sent > 0) {
        $facts[] = "$round->most clients at once, $round->sent bytes sent, $round->echoed echoed";
    }
    if ($round->protocol !== '') {
        $facts[] = $round->protocol;
    }
    foreach ($round->errors as $error => $count) {
        $facts[] = "$count clients failed: $error";
    }
    foreach ($round->dropped as $error => $count) {
        $facts[] = "the server dropped $count: $error";
    }
    echo str_pad($name, 18), implode('; ', $facts), "\n";
}

// demonstrate runs one round after the other, and answers whether each came out
// as it should.
function demonstrate($cafile, $certificate, $otherCafile)
{
    $loop = new Loop();
    $server = ['local_cert' => $certificate];
    $client = ['cafile' => $cafile, 'peer_name' => 'localhost'];
    echo "Clients and their echo server, all in one loop on one thread of control:\n";

    $plain = new Round($loop);
    $plain->run(CLIENTS);
    show('plain', $plain);

    $tls = new Round($loop);
    $tls->serverSsl = $server;
    $tls->clientSsl = $client;
    $tls->run(CLIENTS);
    show('TLS', $tls);

    $wrong = new Round($loop);
    $wrong->serverSsl = $server;
    $wrong->clientSsl = ['cafile' => $otherCafile, 'peer_name' => 'localhost'];
    $wrong->run(FEW);
    show('wrong authority', $wrong);

    $named = new Round($loop);
    $named->serverSsl = $server;
    $named->clientSsl = ['cafile' => $cafile, 'peer_name' => 'elsewhere.test'];
    $named->run(FEW);
    show('wrong name', $named);

    $silent = new Round($loop);
    $silent->serverSsl = $server;
    $silent->talking = false;
    $silent->handshake = 0.3;
    $silent->run(FEW);
    show('no handshake', $silent);

    $nobody = new Round($loop);
    $nobody->listening = false;
    $nobody->run(FEW);
    show('nobody listens', $nobody);

    foreach ([$plain, $tls] as $round) {
        if ($round->most !== CLIENTS || $round->echoed !== $round->sent || $round->errors || $round->dropped) {
            return false;
        }
    }
    return $wrong->errors === ['certificate verify failed' => FEW]
        && array_sum($named->errors) === FEW
        && $silent->dropped === ['the handshake took too long' => FEW]
        && $nobody->errors === ['Connection refused' => FEW];
}

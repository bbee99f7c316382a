<?php
// An event loop on stream_select, in the style of PHP's asynchronous
// libraries. Its port to Go, line for line, is eventloop.go; connection.php and
// demo.php have theirs in connection.go and demo.go.
//
//   php eventloop.php
//
// It runs on PHP 7.4 and later and needs the openssl extension.

require __DIR__ . '/connection.php';
require __DIR__ . '/demo.php';
require __DIR__ . '/main.php';

// A Loop calls back when a stream can be read or written, and when a timer is
// due, all on one thread of control: no callback may wait for anything.
class Loop
{
    private $readStreams = [];   // in the order in which they were added
    private $readListeners = []; // stream number => function ()
    private $writeStreams = [];
    private $writeListeners = [];
    private $timers = [];        // the next one due stands first
    private $running;

    public function __construct()
    {
        $this->running = false;
    }

    public function addReadStream($stream, $listener)
    {
        $key = (int) $stream;
        $this->readStreams[$key] = $stream;
        $this->readListeners[$key] = $listener;
    }

    public function addWriteStream($stream, $listener)
    {
        $key = (int) $stream;
        $this->writeStreams[$key] = $stream;
        $this->writeListeners[$key] = $listener;
    }

    public function removeReadStream($stream)
    {
        $key = (int) $stream;
        unset($this->readStreams[$key], $this->readListeners[$key]);
    }

    public function removeWriteStream($stream)
    {
        $key = (int) $stream;
        unset($this->writeStreams[$key], $this->writeListeners[$key]);
    }

    // addTimer calls back once, after so many seconds.
    public function addTimer($seconds, $callback)
    {
        $timer = new Timer(now() + $seconds, $callback);
        $at = count($this->timers);
        while ($at > 0 && $this->timers[$at - 1]->due > $timer->due) {
            $at--;
        }
        array_splice($this->timers, $at, 0, [$timer]);
        return $timer;
    }

    // cancelTimer may be called for a timer that has run, too.
    public function cancelTimer($timer)
    {
        $at = array_search($timer, $this->timers, true);
        if ($at !== false) {
            array_splice($this->timers, $at, 1);
        }
    }

    // run goes on until stop is called, or until nothing is left to wait for.
    public function run()
    {
        $this->running = true;
        while ($this->running) {
            $this->runTimers();
            if (!$this->readStreams && !$this->writeStreams && !$this->timers) {
                break;
            }
            if ($this->running) {
                $this->waitForStreams();
            }
        }
    }

    public function stop()
    {
        $this->running = false;
    }

    private function runTimers()
    {
        $now = now();
        while ($this->timers && $this->timers[0]->due <= $now) {
            $timer = array_shift($this->timers);
            ($timer->callback)();
        }
    }

    private function waitForStreams()
    {
        $seconds = null;
        $microseconds = null;
        if ($this->timers) {
            $wait = max(0.0, $this->timers[0]->due - now());
            $seconds = (int) $wait;
            $microseconds = (int) ceil(($wait - $seconds) * 1000000);
        }
        if (!$this->readStreams && !$this->writeStreams) {
            usleep($seconds * 1000000 + $microseconds);
            return;
        }
        $read = $this->readStreams;
        $write = $this->writeStreams;
        $except = null;
        if (@stream_select($read, $write, $except, $seconds, $microseconds) === false) {
            return;              // a signal: look at the timers, and wait again
        }
        // A listener may remove others, those whose turn is still to come too.
        foreach ($read as $stream) {
            $key = (int) $stream;
            if (isset($this->readListeners[$key])) {
                $this->readListeners[$key]();
            }
        }
        foreach ($write as $stream) {
            $key = (int) $stream;
            if (isset($this->writeListeners[$key])) {
                $this->writeListeners[$key]();
            }
        }
    }
}

class Timer
{
    public $due;                 // on the clock of now()
    public $callback;

    public function __construct($due, $callback)
    {
        $this->due = $due;
        $this->callback = $callback;
    }
}

// now is in seconds, on a clock that nobody sets.
function now()
{
    return hrtime(true) / 1e9;
}

exit(main());

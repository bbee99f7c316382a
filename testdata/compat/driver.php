<?php
// What a scenario's program runs on. It prints, for each statement, the value,
// the by-reference outputs, the E_* events in order and what was thrown, in
// the text form of a scenario's answers. It runs on PHP 7.4 and later.

final class driver
{
    /** @var array<string> events of the statement at work */
    public static $events = [];
    public static $handled = false;
    public static $label = '';
    public static $heard = [];
    public static $started = 0.0;

    const LEVELS = [
        E_ERROR => 'E_ERROR', E_WARNING => 'E_WARNING', E_NOTICE => 'E_NOTICE', E_DEPRECATED => 'E_DEPRECATED',
        E_USER_ERROR => 'E_USER_ERROR', E_USER_WARNING => 'E_USER_WARNING', E_USER_NOTICE => 'E_USER_NOTICE',
        E_USER_DEPRECATED => 'E_USER_DEPRECATED', E_STRICT_LEVEL => 'E_STRICT', E_RECOVERABLE_ERROR => 'E_RECOVERABLE_ERROR',
    ];

    /** The handler that records. "silenced" is an event under @. */
    public static function handler($name)
    {
        return function ($level, $message) use ($name) {
            $silenced = (error_reporting() & $level) === 0 ? ' silenced' : '';
            $level = self::LEVELS[$level] ?? "E_$level";
            self::$events[] = $level . $silenced . ($name === '' ? '' : " $name") . ' ' . self::quote($message);
            return self::$handled;
        };
    }

    public static function begin($label)
    {
        self::$label = $label;
        self::$events = [];
        self::$started = microtime(true);
    }

    public static function returned($value)
    {
        $elapsed = microtime(true) - self::$started;
        echo self::$label, ' = ', self::dump($value), "\n";
        return $elapsed;
    }

    public static function threw($t)
    {
        $elapsed = microtime(true) - self::$started;
        while (ob_get_level() > 0) {
            ob_end_clean();
        }
        echo self::$label, ' throws ', get_class($t), ' ', self::quote($t->getMessage()), "\n";
        return $elapsed;
    }

    public static function finish(array $outputs, $elapsed)
    {
        foreach ($outputs as $name => $value) {
            echo '  $', $name, ' = ', self::dump($value), "\n";
        }
        foreach (self::$events as $event) {
            echo '  ', $event, "\n";
        }
        if ($elapsed !== null) {
            printf("  elapsed %.3f\n", $elapsed);
        }
    }

    public static function dump($v)
    {
        switch (gettype($v)) {
            case 'NULL':
                return 'null';
            case 'boolean':
                return $v ? 'true' : 'false';
            case 'integer':
                return (string) $v;
            case 'double':
                return var_export($v, true);
            case 'string':
                return self::quote($v);
            case 'object':
                return get_class($v);
            case 'array':
                $list = $v === [] || array_keys($v) === range(0, count($v) - 1);
                $out = [];
                foreach ($v as $key => $value) {
                    $out[] = ($list ? '' : self::dump($key) . ' => ') . self::dump($value);
                }
                return '[' . implode(', ', $out) . ']';
        }
        return 'resource(' . @get_resource_type($v) . ')';
    }

    /** How a program and its peers talk to each other. */
    public static function write($name, $text)
    {
        file_put_contents(SCRATCH . '/part', $text);
        rename(SCRATCH . '/part', SCRATCH . "/$name");
    }

    public static function await($name)
    {
        for ($end = microtime(true) + 10; microtime(true) < $end; usleep(2000)) {
            clearstatcache();
            if (file_exists(SCRATCH . "/$name")) {
                return;
            }
        }
        exit("the peer never came to $name\n");
    }

    public static function quote($s)
    {
        $rest = '';
        if (strlen($s) > 300) {
            $rest = '...(' . strlen($s) . ' bytes, sha1 ' . sha1($s) . ')';
            $s = substr($s, 0, 40);
        }
        $out = '';
        for ($i = 0; $i < strlen($s); $i++) {
            $c = $s[$i];
            if ($c === "\n") {
                $out .= '\n';
            } elseif ($c === "\r") {
                $out .= '\r';
            } elseif ($c === "\t") {
                $out .= '\t';
            } elseif ($c === '"' || $c === '\\' || $c === '$') {
                $out .= '\\' . $c;
            } elseif ($c < ' ' || $c > '~') {
                $out .= sprintf('\x%02x', ord($c));
            } else {
                $out .= $c;
            }
        }
        return '"' . $out . '"' . $rest;
    }
}

// E_STRICT is deprecated by name since PHP 8.4.
const E_STRICT_LEVEL = 2048;

// The functions that scripts have besides PHP's own.

/** What the recording handler returns: true means handled. */
function handler_returns($handled)
{
    driver::$handled = $handled;
}

/** Sets a further recording handler; its events bear its name. */
function handler_push($name)
{
    set_error_handler(driver::handler($name));
}

/** The last error without its place. */
function last_message()
{
    return error_get_last()['message'] ?? null;
}

/** The size that fstat tells, or null. */
function fstat_size($stream)
{
    return fstat($stream)['size'] ?? null;
}

/** Lets the peer's "await NAME" go on. */
function mark($name)
{
    touch(SCRATCH . "/mark-$name");
}

/** Waits for the peer's "mark NAME". */
function wait_mark($name)
{
    driver::await("mark-$name");
}

/** Lets a client of the scenario connect, and waits until it has. */
function peer_connect($name, $address)
{
    static $number = 0;
    $number++;
    driver::write("connect-$name-$number", $address);
    driver::await("connected-$name-$number");
}

/** Tells the placeholder that a value is to have in the answers. */
function known($name, $value)
{
    if (is_string($value)) {
        driver::write("known-$name", $value);
    }
    return $value;
}

set_error_handler(driver::handler(''));

/** A context's "notification": it writes down what it hears. */
function hears($code, $severity, $message, $message_code, $transferred, $max)
{
    driver::$heard[] = "$code $severity " . driver::dump($message) . " $message_code $transferred $max";
}

/** What hears() has heard since the last notify_log(). */
function notify_log()
{
    $heard = driver::$heard;
    driver::$heard = [];
    return $heard;
}

// The filters that scripts register, by their classes. The runner has the same
// ones (internal/scenario/filters.go).

/** What the filters have been called with since the last filter_log(). */
function filter_log()
{
    $log = passes::$log;
    passes::$log = [];
    return $log;
}

/** Passes everything on, and writes down what it is called with. */
class passes extends php_user_filter
{
    public static $log = [];

    protected function note($text)
    {
        self::$log[] = $this->filtername . ' ' . $text;
    }

    #[\ReturnTypeWillChange]
    public function onCreate()
    {
        $this->note('created with ' . driver::dump($this->params));
        return true;
    }

    #[\ReturnTypeWillChange]
    public function onClose()
    {
        $this->note('closed');
    }

    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        $pieces = [];
        while ($bucket = stream_bucket_make_writeable($in)) {
            $pieces[] = driver::quote($bucket->data);
            $bucket->data = $this->change($bucket->data);
            $consumed += $bucket->datalen;
            stream_bucket_append($out, $bucket);
        }
        $this->note('gets ' . implode(' ', $pieces) . ($closing ? ' and the end' : ''));
        return PSFS_PASS_ON;
    }

    protected function change($data)
    {
        return $data;
    }
}

/** Makes letters large. */
class shouts extends passes
{
    protected function change($data)
    {
        return strtoupper($data);
    }
}

/** Passes whole lines on, and the rest at the end. */
class lines extends passes
{
    private $rest = '';

    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        while ($bucket = stream_bucket_make_writeable($in)) {
            $this->rest .= $bucket->data;
            $consumed += $bucket->datalen;
        }
        $end = $closing ? strlen($this->rest) : strrpos("\n" . $this->rest, "\n");
        if ($end === 0) {
            return PSFS_FEED_ME;
        }
        stream_bucket_append($out, stream_bucket_new($this->stream, substr($this->rest, 0, $end)));
        $this->rest = (string) substr($this->rest, $end);
        return PSFS_PASS_ON;
    }
}

/** Puts new buckets around those that come. */
class wraps extends passes
{
    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        while ($bucket = stream_bucket_make_writeable($in)) {
            $consumed += $bucket->datalen;
            stream_bucket_append($out, $bucket);
            stream_bucket_prepend($out, stream_bucket_new($this->stream, '<'));
            stream_bucket_append($out, stream_bucket_new($this->stream, '>'));
        }
        return PSFS_PASS_ON;
    }
}

/** Can't be made. */
class refuses extends passes
{
    #[\ReturnTypeWillChange]
    public function onCreate()
    {
        $this->note('refuses');
        return false;
    }
}

/** Takes its parameters as what it answers; it takes all that comes, and passes nothing on. */
class answers extends passes
{
    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        while ($bucket = stream_bucket_make_writeable($in)) {
            $consumed += $bucket->datalen;
        }
        return $this->params;
    }
}

/** Passes on, but does not say how much it has taken: $consumed is what its parameters are. */
class miscounts extends passes
{
    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        while ($bucket = stream_bucket_make_writeable($in)) {
            stream_bucket_append($out, $bucket);
        }
        $consumed = $this->params;
        return PSFS_PASS_ON;
    }
}

/** Leaves what comes where it is. */
class leaves extends passes
{
    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        return $this->params;
    }
}

/** Tries to use its own stream; says in its log what came of it. */
class meddles extends passes
{
    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        if (!$closing) {
            $this->note('closes: ' . driver::dump(fclose($this->stream)));
            $this->note('is ' . driver::dump(stream_get_meta_data($this->stream)['stream_type']));
        }
        return parent::filter($in, $out, $consumed, $closing);
    }
}

/** Throws, but not at the end. */
class throws extends passes
{
    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        if ($closing) {
            return PSFS_FEED_ME;
        }
        throw new RuntimeException('thrown by ' . $this->filtername);
    }
}

/** Puts the same bucket in twice. */
class doubles extends passes
{
    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        while ($bucket = stream_bucket_make_writeable($in)) {
            $consumed += $bucket->datalen;
            stream_bucket_append($out, $bucket);
            $bucket->data = strtoupper($bucket->data);
            stream_bucket_append($out, $bucket);
        }
        return PSFS_PASS_ON;
    }
}

/** Answers as plan() says of its name: per call which buckets it takes, what it does with them, what it counts, and its status. */
class planned_filter extends passes
{
    private $kept = '';
    private $held = [];

    #[\ReturnTypeWillChange]
    public function onCreate()
    {
        parent::onCreate();
        return planned::answer($this->filtername, 'onCreate', []);
    }

    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        [$take, $do, $count, $status] = planned::answer($this->filtername, 'filter', []);
        $pieces = [];
        while ($take !== 'none' && $bucket = stream_bucket_make_writeable($in)) {
            $pieces[] = driver::quote($bucket->data) . ' ' . $bucket->datalen;
            $consumed += ['right' => $bucket->datalen, 'nothing' => 0, 'more' => $bucket->datalen + 5, 'less' => -1][$count];
            $this->put($do, $in, $out, $bucket);
            if ($take === 'one') {
                break;
            }
        }
        if ($do === 'end' && $closing) {
            stream_bucket_append($out, stream_bucket_new($this->stream, $this->kept . 'END'));
            $this->kept = '';
        }
        $this->note('gets ' . implode(' ', $pieces) . ($closing ? ' and the end' : ''));
        return $status;
    }

    private function put($do, $in, $out, $bucket)
    {
        $data = $bucket->data;
        switch ($do) {
            case 'grow':
                $bucket->data = "$data$data+";
                stream_bucket_append($out, $bucket);
                break;
            case 'shrink':
                $bucket->data = (string) substr($data, 0, 1);
                stream_bucket_append($out, $bucket);
                break;
            case 'empty':
                $bucket->data = '';
                stream_bucket_append($out, $bucket);
                break;
            case 'split':
                stream_bucket_append($out, stream_bucket_new($this->stream, (string) substr($data, 0, 2)));
                stream_bucket_append($out, stream_bucket_new($this->stream, (string) substr($data, 2)));
                break;
            case 'front':
                stream_bucket_prepend($out, $bucket);
                break;
            case 'around':
                stream_bucket_append($out, $bucket);
                stream_bucket_prepend($out, stream_bucket_new($this->stream, '<'));
                stream_bucket_append($out, stream_bucket_new($this->stream, '>'));
                break;
            case 'keep':
            case 'end':
                $this->kept .= $data;
                break;
            case 'give':
                stream_bucket_append($out, stream_bucket_new($this->stream, $this->kept . $data));
                $this->kept = '';
                break;
            case 'hold':
                $this->held[] = $bucket;
                break;
            case 'release':
                foreach ($this->held as $old) {
                    stream_bucket_append($out, $old);
                }
                $this->held = [];
                stream_bucket_append($out, $bucket);
                break;
            case 'back':
                stream_bucket_prepend($in, $bucket);
                break;
            case 'twice':
                stream_bucket_append($out, $bucket);
                $bucket->data = strtoupper($bucket->data);
                stream_bucket_append($out, $bucket);
                break;
            case 'pass':
                stream_bucket_append($out, $bucket);
        }
    }
}

// The wrappers that scripts register, by their classes. The runner has the same
// ones (internal/scenario/wrappers.go).

/** What the wrappers' methods have been called with since the last wrapper_log(). */
function wrapper_log()
{
    $log = shelf::$log;
    shelf::$log = [];
    return $log;
}

/** Files in memory, under their URLs; writes down what it is called with. */
class shelf
{
    public static $log = [];
    public static $files = [];
    public $context;
    protected $path = '';
    protected $at = 0;

    protected function note($method, ...$args)
    {
        self::$log[] = $method . '(' . implode(', ', array_map('driver::dump', $args)) . ')';
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        $this->note('stream_open', $path, $mode, $options, $this->context === null ? 'no context' : stream_context_get_options($this->context));
        $this->path = $path;
        if ($mode[0] === 'w') {
            self::$files[$path] = '';
        } elseif ($mode[0] === 'r' && !isset(self::$files[$path])) {
            return false;
        }
        self::$files[$path] = self::$files[$path] ?? '';
        return true;
    }

    public function stream_read($count)
    {
        $this->note('stream_read', $count);
        $data = (string) substr(self::$files[$this->path], $this->at, $count);
        $this->at += strlen($data);
        return $data;
    }

    public function stream_write($data)
    {
        $this->note('stream_write', $data);
        $file = &self::$files[$this->path];
        $file = str_pad(substr($file, 0, $this->at), $this->at, "\0") . $data . (string) substr($file, $this->at + strlen($data));
        $this->at += strlen($data);
        return strlen($data);
    }

    public function stream_eof()
    {
        $this->note('stream_eof');
        return $this->at >= strlen(self::$files[$this->path]);
    }

    public function stream_close()
    {
        $this->note('stream_close');
    }

    public function stream_flush()
    {
        $this->note('stream_flush');
        return true;
    }

    public function stream_seek($offset, $whence)
    {
        $this->note('stream_seek', $offset, $whence);
        $from = [SEEK_SET => 0, SEEK_CUR => $this->at, SEEK_END => strlen(self::$files[$this->path])][$whence] ?? 0;
        if ($from + $offset < 0) {
            return false;
        }
        $this->at = $from + $offset;
        return true;
    }

    public function stream_tell()
    {
        $this->note('stream_tell');
        return $this->at;
    }

    public function stream_stat()
    {
        $this->note('stream_stat');
        return ['size' => strlen(self::$files[$this->path]), 'mode' => 0100644, 'mtime' => 7];
    }

    public function stream_lock($operation)
    {
        $this->note('stream_lock', $operation);
        return $operation !== LOCK_EX;
    }

    public function stream_truncate($size)
    {
        $this->note('stream_truncate', $size);
        if ($size > 100) {
            return false;
        }
        self::$files[$this->path] = str_pad(substr(self::$files[$this->path], 0, $size), $size, "\0");
        return true;
    }

    public function stream_set_option($option, $arg1, $arg2)
    {
        $this->note('stream_set_option', $option, $arg1, $arg2);
        return $option === STREAM_OPTION_READ_TIMEOUT;
    }

    public function dir_opendir($path, $options)
    {
        $this->note('dir_opendir', $path, $options, $this->context === null ? 'no context' : 'a context');
        return $path !== 'shelf://nosuch/';
    }

    public function dir_readdir()
    {
        $this->note('dir_readdir');
        $names = array_keys(self::$files);
        return $names[$this->at++] ?? false;
    }

    public function dir_rewinddir()
    {
        $this->note('dir_rewinddir');
        $this->at = 0;
        return false;
    }

    public function dir_closedir()
    {
        $this->note('dir_closedir');
        return false;
    }

    public function url_stat($path, $flags)
    {
        $this->note('url_stat', $path, $flags, $this->context === null ? 'no context' : 'a context');
        if (substr($path, -1) === '/') {
            return ['mode' => 040755];
        }
        return isset(self::$files[$path]) ? ['size' => strlen(self::$files[$path]), 'mode' => 0100644] : false;
    }

    public function unlink($path)
    {
        $this->note('unlink', $path);
        if (!isset(self::$files[$path])) {
            return false;
        }
        unset(self::$files[$path]);
        return true;
    }

    public function rename($from, $to)
    {
        $this->note('rename', $from, $to);
        if (!isset(self::$files[$from])) {
            return false;
        }
        self::$files[$to] = self::$files[$from];
        unset(self::$files[$from]);
        return true;
    }

    public function mkdir($path, $mode, $options)
    {
        $this->note('mkdir', $path, $mode, $options);
        return substr($path, -2) !== 'no';
    }

    public function rmdir($path, $options)
    {
        $this->note('rmdir', $path, $options);
        return substr($path, -2) !== 'no';
    }
}

/** Is waited for as the stream of PHP's own that the last word of the URL names. */
class casts extends shelf
{
    private $inner;

    public function stream_open($path, $mode, $options, &$opened)
    {
        parent::stream_open($path, 'w', $options, $opened);
        self::$files[$path] = "hello\nyou\n";
        return true;
    }

    public function stream_cast($as)
    {
        $how = basename($this->path);
        if ($how === 'false') {
            return false;
        }
        $this->inner = $this->inner ?: fopen("php://$how", 'r');
        return $this->inner;
    }
}

/** Can nothing. */
class bare
{
    public $context;
}

/** Can open, and nothing else. */
class opens
{
    public $context;

    public function dir_opendir($path, $options)
    {
        return true;
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        return true;
    }
}

/** Answers oddly: how is the last word of the URL. */
class odd extends shelf
{
    private function how()
    {
        return basename($this->path);
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        parent::stream_open($path, 'w', $options, $opened);
        self::$files[$path] = str_repeat('0123456789', 2000);
        return true;
    }

    public function stream_read($count)
    {
        switch ($this->how()) {
            case 'more':
                return parent::stream_read($count) . 'extra';
            case 'false':
                return false;
            case 'nothing':
                return '';
            case 'short':
                return parent::stream_read(3);
        }
        return parent::stream_read($count);
    }

    public function stream_eof()
    {
        return $this->how() === 'end' ? true : parent::stream_eof();
    }

    public function stream_write($data)
    {
        switch ($this->how()) {
            case 'more':
                return strlen($data) + 5;
            case 'false':
                return false;
            case 'nothing':
                return 0;
            case 'negative':
                return -1;
            case 'short':
                return parent::stream_write(substr($data, 0, 3));
        }
        return parent::stream_write($data);
    }

    public function stream_seek($offset, $whence)
    {
        return $this->how() === 'false' ? false : parent::stream_seek($offset, $whence);
    }

    public function stream_tell()
    {
        return $this->how() === 'more' ? parent::stream_tell() + 1000 : parent::stream_tell();
    }

    public function stream_flush()
    {
        parent::stream_flush();
        return $this->how() !== 'false';
    }

    public function stream_stat()
    {
        return $this->how() === 'false' ? false : parent::stream_stat();
    }
}

/** Throws in the method that is the last word of the URL. */
class explodes extends shelf
{
    public function dir_readdir()
    {
        throw new RuntimeException('thrown by dir_readdir');
    }

    private function perhaps($method)
    {
        if (basename($this->path) === $method) {
            throw new RuntimeException("thrown by $method");
        }
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        parent::stream_open($path, 'w', $options, $opened);
        self::$files[$path] = 'hello';
        $this->perhaps('stream_open');
        return true;
    }

    public function stream_read($count)
    {
        $this->perhaps('stream_read');
        return parent::stream_read($count);
    }

    public function stream_write($data)
    {
        $this->perhaps('stream_write');
        return parent::stream_write($data);
    }

    public function stream_eof()
    {
        $this->perhaps('stream_eof');
        return parent::stream_eof();
    }

    public function stream_seek($offset, $whence)
    {
        $this->perhaps('stream_seek');
        return parent::stream_seek($offset, $whence);
    }

    public function stream_close()
    {
        $this->perhaps('stream_close');
        parent::stream_close();
    }
}

/** Opens its own URL once more while it is being opened. */
class circles extends shelf
{
    public function dir_opendir($path, $options)
    {
        $this->note('opens', opendir($path));
        return false;
    }

    public function stream_open($path, $mode, $options, &$opened)
    {
        $this->note('stream_open', $path, $mode, $options);
        $this->note('opens', fopen($path, $mode));
        return true;
    }
}

/** Puts itself in the place of files: opens them with PHP's own wrapper, and reads them in capital letters. */
class instead
{
    public $context;
    private $inner;

    public function stream_open($path, $mode, $options, &$opened)
    {
        stream_wrapper_restore('file');
        $this->inner = fopen($path, $mode);
        stream_wrapper_unregister('file');
        stream_wrapper_register('file', self::class);
        return (bool) $this->inner;
    }

    public function stream_read($count)
    {
        return strtoupper(fread($this->inner, $count));
    }

    public function stream_eof()
    {
        return feof($this->inner);
    }

    public function stream_stat()
    {
        return fstat($this->inner);
    }
}

/**
 * Says what the methods of the wrapper class planned_NAME, or of the filter NAME, answer: one after the other, the
 * last one ever after. Other methods the wrapper has none.
 */
function plan($name, array $answers)
{
    planned::$plans[$name] = $answers;
    $methods = '';
    foreach ($answers as $method => $_) {
        $methods .= "public function $method(...\$args) { return self::answer('$name', '$method', \$args, \$this->context); }\n";
    }
    if (preg_match('/^\w+$/', $name)) {
        eval("class planned_$name extends planned {\n$methods}");
    }
}

/** Answers as plan() says. */
class planned
{
    public static $plans = [];
    private static $pairs = [];
    public $context;

    public static function answer($name, $method, $args, $context = null)
    {
        $answers = &self::$plans[$name][$method];
        $answer = count($answers) > 1 ? array_shift($answers) : $answers[0];
        if ($method === 'onCreate' || $method === 'filter') {
            return self::made($answer, '', $method);
        }
        $given = $args[0] ?? null;
        if ($method === 'stream_open') {
            $args = array_slice($args, 0, 3);
        }
        if ($context !== null) {
            $args[] = stream_context_get_options($context);
        }
        shelf::$log[] = $method . '(' . implode(', ', array_map('driver::dump', $args)) . ')';
        return self::made($answer, $given, $method);
    }

    private static function made($answer, $given, $method)
    {
        switch (is_array($answer) ? $answer[0] ?? '' : '') {
            case 'size':
                return $method === 'stream_read' ? str_repeat($answer[2], max(0, $given + $answer[1])) : strlen($given) + $answer[1];
            case 'warns':
                file_get_contents('/nosuch/file');
                return self::made($answer[1], $given, $method);
            case 'throws':
                throw new RuntimeException("thrown by $method");
            case 'pair':
                if (!isset(self::$pairs[$answer[1]])) {
                    $pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
                    fwrite($pair[1], $answer[1]);
                    self::$pairs[$answer[1]] = $pair;
                }
                return self::$pairs[$answer[1]][0];
            case 'memory':
                return self::$pairs[] = fopen('php://memory', 'r');
        }
        return $answer;
    }
}

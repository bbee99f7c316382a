<?php
// The command line, and how the server of the demonstration is started.

function complain($text)
{
    fwrite(STDERR, "fetch: $text\n");
    return 2;
}

function main($arguments)
{
    if (!$arguments) {
        $dir = sys_get_temp_dir() . '/fetch-' . bin2hex(random_bytes(8));
        mkdir($dir, 0700);
        $ok = demonstrate($dir);
        rmdir($dir);
        if (!$ok) {
            fwrite(STDERR, "fetch: something did not come out as it should\n");
        }
        return $ok ? 0 : 1;
    }
    $flags = ['o' => '', 'limit' => '1073741824', 'tries' => '5', 'timeout' => '10', 'cafile' => ''];
    while ($arguments && substr($arguments[0], 0, 1) === '-') {
        $name = preg_replace('/^--?/', '', array_shift($arguments));
        if (!isset($flags[$name]) || !$arguments) {
            return complain("unknown flag or no value for it: -$name");
        }
        $flags[$name] = array_shift($arguments);
    }
    if (count($arguments) !== 1 || !preg_match('~^https?://[^\x00-\x20\x7f]+$~Di', $arguments[0])) {
        return complain('one URL that begins with http:// or https://');
    }
    foreach (['limit', 'tries'] as $name) {
        if (!preg_match('/^[1-9][0-9]{0,11}$/D', $flags[$name])) {
            return complain("-$name must be a number");
        }
    }
    if (!preg_match('/^[0-9]{1,5}(?:\.[0-9]{1,3})?$/D', $flags['timeout']) || $flags['timeout'] <= 0) {
        return complain('-timeout must be a number of seconds');
    }
    // The page is named by who asks for it, never by the server.
    if ($flags['o'] === '') {
        $flags['o'] = preg_match('~^[a-z]+://[^/?#]+(?:/[^?#]*)?/([A-Za-z0-9_][A-Za-z0-9_.-]*)(?:[?#]|$)~Di', $arguments[0], $match) ? $match[1] : 'index.html';
    }
    $bar = new Bar();
    $bar->begin('');
    $fetch = new Fetch($bar);
    $fetch->limit = (int) $flags['limit'];
    $fetch->tries = (int) $flags['tries'];
    $fetch->timeout = (float) $flags['timeout'];
    $fetch->cafile = $flags['cafile'];
    return $fetch->run($arguments[0], $flags['o']) ? 0 : 1;
}

// start_server answers where the server is, and what ends it. It is a process of
// its own: PHP does one thing at a time.
function start_server()
{
    $pipes = [];
    $process = proc_open([PHP_BINARY, '-n', __DIR__ . '/serve.php'], [1 => ['pipe', 'w']], $pipes);
    $place = trim((string) fgets($pipes[1]));
    return [$place, function () use ($process) {
        proc_terminate($process);
        proc_close($process);
    }];
}

<?php
// The command line, and the clients: a process for each.

function complain($text)
{
    fwrite(STDERR, "smtpd: $text\n");
    return 2;
}

function main($arguments)
{
    $flags = ['listen' => 'tcp://127.0.0.1:2525', 'cert' => '', 'user' => '', 'dir' => '.', 'name' => 'localhost',
        'size' => '10485760', 'timeout' => '60', 'clients' => '1000'];
    while ($arguments) {
        $name = preg_replace('/^--?/', '', array_shift($arguments));
        if (!isset($flags[$name]) || !$arguments) {
            return complain("unknown flag or no value for it: -$name");
        }
        $flags[$name] = array_shift($arguments);
    }
    foreach (['size', 'timeout', 'clients'] as $name) {
        if (!preg_match('/^[1-9][0-9]{0,9}$/D', $flags[$name])) {
            return complain("-$name must be a number");
        }
    }
    if (!is_readable($flags['cert'])) {
        return complain('-cert must be a file with a certificate and its key');
    }
    if (!is_dir($flags['dir'])) {
        return complain('-dir must be a directory');
    }
    $password = (string) getenv('SMTPD_PASSWORD');
    if ($flags['user'] !== '' && $password === '') {
        return complain('-user needs a password in the environment: SMTPD_PASSWORD');
    }
    $settings = (object) [
        'listen' => $flags['listen'],
        'cert' => $flags['cert'],
        'user' => $flags['user'],    // empty: nobody has to log in
        'password' => $password,
        'dir' => $flags['dir'],
        'name' => $flags['name'],
        'size' => (int) $flags['size'],
        'timeout' => (int) $flags['timeout'],
        'clients' => (int) $flags['clients'],
        'lifetime' => 3600,          // seconds that a client may stay
        'stop' => false,
    ];
    pcntl_async_signals(true);
    pcntl_signal(SIGTERM, function () use ($settings) {
        $settings->stop = true;
    });
    return smtpd_accept($settings);
}

// start_client gives a client a process of its own. False: there are too many.
function start_client($settings, $server, $fp, $peer)
{
    static $clients = 0;
    while (pcntl_waitpid(-1, $status, WNOHANG) > 0) {
        $clients--;
    }
    if ($clients >= $settings->clients) {
        return false;
    }
    $pid = pcntl_fork();
    if ($pid === 0) {
        fclose($server);
        smtpd_serve(new_session($settings, $fp, $peer));
        exit(0);
    }
    if ($pid < 0) {
        return false;
    }
    $clients++;
    fclose($fp);
    return true;
}

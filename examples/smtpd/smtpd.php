<?php
// A small SMTP server with STARTTLS, which keeps each message in a file. Its
// port to Go, line for line, is smtpd.go; main.php has its own in main.go.
//
//   SMTPD_PASSWORD=... php smtpd.php -listen tcp://127.0.0.1:2525 -cert server.pem -user ann -dir mail
//
// Each client has a process of its own, in Go a goroutine, so that the code
// may wait for it. It runs on PHP 7.4 and later with openssl and pcntl.

require __DIR__ . '/main.php';

const MAX_LINE = 2048;           // bytes of a command
const MAX_ADDRESS = 254;
const MAX_RECIPIENTS = 100;
const MAX_MISTAKES = 10;

const COMMANDS = [
    'EHLO' => 'smtpd_ehlo',
    'HELO' => 'smtpd_helo',
    'STARTTLS' => 'smtpd_starttls',
    'AUTH' => 'smtpd_auth',
    'MAIL' => 'smtpd_mail',
    'RCPT' => 'smtpd_rcpt',
    'DATA' => 'smtpd_data',
    'RSET' => 'smtpd_rset',
    'NOOP' => 'smtpd_noop',
    'QUIT' => 'smtpd_quit',
];

// smtpd_accept takes clients until it is told to stop.
function smtpd_accept($settings)
{
    $context = stream_context_create([
        'ssl' => ['local_cert' => $settings->cert],
        'socket' => ['backlog' => 511, 'tcp_nodelay' => true],
    ]);
    $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
    $server = @stream_socket_server($settings->listen, $errno, $errstr, $flags, $context);
    if ($server === false) {
        return complain("cannot listen on $settings->listen: $errstr");
    }
    echo 'listening on tcp://', stream_socket_get_name($server, false), "\n";
    while (!$settings->stop) {
        $fp = @stream_socket_accept($server, 1.0, $peer);
        if ($fp === false) {
            continue;            // nobody for a second, or gone again
        }
        if (!start_client($settings, $server, $fp, $peer)) {
            @fwrite($fp, "421 4.3.2 Too many clients\r\n");
            fclose($fp);
        }
    }
    fclose($server);
    return 0;
}

// new_session returns the state of one client.
function new_session($settings, $fp, $peer)
{
    return (object) [
        'settings' => $settings,
        'fp' => $fp,
        'peer' => $peer,         // the client's address
        'buffer' => '',          // read, and not looked at yet
        'crypto' => false,       // TLS is on
        'helo' => '',            // as the client called itself
        'extended' => false,     // by EHLO
        'user' => '',            // who has logged in
        'from' => null,          // the sender; null: no MAIL yet
        'recipients' => [],
        'mistakes' => 0,
        'ends' => microtime(true) + $settings->lifetime,
    ];
}

// smtpd_serve talks to one client until it goes.
function smtpd_serve($s)
{
    stream_set_timeout($s->fp, $s->settings->timeout);
    $open = smtpd_reply($s, '220 ' . $s->settings->name . ' ESMTP');
    while ($open) {
        $line = smtpd_get_line($s, MAX_LINE);
        if ($line === false) {
            break;
        }
        $open = smtpd_command($s, $line);
    }
    fclose($s->fp);
}

// smtpd_command does what one line asks for. False ends the connection, here
// and in all functions below.
function smtpd_command($s, $line)
{
    while (substr($line, -1) !== "\n") {
        $rest = smtpd_get_line($s, MAX_LINE);
        if ($rest === false) {
            return false;
        }
        $line = substr($line, 0, MAX_LINE) . $rest;
    }
    if (strlen($line) > MAX_LINE) {
        return smtpd_mistake($s, '500 5.5.6 Line too long');
    }
    $line = rtrim($line, "\r\n");
    $words = explode(' ', $line, 2);
    $verb = strtoupper($words[0]);
    if (!isset(COMMANDS[$verb])) {
        return smtpd_mistake($s, '500 5.5.2 Unknown command');
    }
    return (COMMANDS[$verb])($s, trim($words[1] ?? ''));
}

function smtpd_ehlo($s, $argument)
{
    if (!preg_match('/^[A-Za-z0-9.:\[\]_-]{1,255}$/D', $argument)) {
        return smtpd_mistake($s, '501 5.5.4 EHLO needs a host name');
    }
    smtpd_reset($s);
    $s->helo = $argument;
    $s->extended = true;
    $lines = [$s->settings->name, 'PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', 'SIZE ' . $s->settings->size];
    if (!$s->crypto) {
        $lines[] = 'STARTTLS';
    } elseif ($s->settings->user !== '') {
        $lines[] = 'AUTH PLAIN LOGIN';
    }
    $last = array_pop($lines);
    $reply = '';
    foreach ($lines as $line) {
        $reply .= "250-$line\r\n";
    }
    return smtpd_reply($s, "{$reply}250 $last");
}

function smtpd_helo($s, $argument)
{
    if (!preg_match('/^[A-Za-z0-9.:\[\]_-]{1,255}$/D', $argument)) {
        return smtpd_mistake($s, '501 5.5.4 HELO needs a host name');
    }
    smtpd_reset($s);
    $s->helo = $argument;
    $s->extended = false;
    return smtpd_reply($s, '250 ' . $s->settings->name);
}

// smtpd_starttls turns TLS on, and forgets all that was said in clear. What a
// client, or somebody in between, has sent behind the command is thrown away:
// it would be taken for what came over TLS.
function smtpd_starttls($s, $argument)
{
    if ($s->crypto) {
        return smtpd_mistake($s, '503 5.5.1 TLS is on already');
    }
    if ($argument !== '') {
        return smtpd_mistake($s, '501 5.5.4 STARTTLS has no argument');
    }
    $s->buffer = '';
    if (!smtpd_reply($s, '220 2.0.0 Ready to start TLS')) {
        return false;
    }
    $method = STREAM_CRYPTO_METHOD_TLSv1_2_SERVER | STREAM_CRYPTO_METHOD_TLSv1_3_SERVER;
    $ok = @stream_socket_enable_crypto($s->fp, true, $method);
    if ($ok !== true) {
        return smtpd_log($s, 'no TLS');
    }
    $s->crypto = true;
    $s->helo = '';
    $s->extended = false;
    smtpd_reset($s);
    return true;
}

function smtpd_auth($s, $argument)
{
    if (!$s->crypto) {
        return smtpd_mistake($s, '538 5.7.11 STARTTLS first');
    }
    if ($s->settings->user === '' || !$s->extended) {
        return smtpd_mistake($s, '503 5.5.1 AUTH was not offered');
    }
    if ($s->user !== '' || $s->from !== null) {
        return smtpd_mistake($s, '503 5.5.1 Too late, or done already');
    }
    $words = explode(' ', $argument, 2);
    $initial = $words[1] ?? '';
    $mechanism = strtoupper($words[0]);
    if ($mechanism === 'PLAIN') {
        $answer = $initial === '' ? smtpd_ask($s, '334 ') : $initial;
        if ($answer === false) {
            return false;
        }
        $parts = explode("\0", (string) base64_decode($answer, true));
        if (count($parts) !== 3 || ($parts[0] !== '' && $parts[0] !== $parts[1])) {
            return smtpd_mistake($s, '501 5.5.2 This is not AUTH PLAIN');
        }
        return smtpd_login($s, $parts[1], $parts[2]);
    }
    if ($mechanism === 'LOGIN') {
        $user = $initial === '' ? smtpd_ask($s, '334 ' . base64_encode('Username:')) : $initial;
        if ($user === false) {
            return false;
        }
        $password = smtpd_ask($s, '334 ' . base64_encode('Password:'));
        if ($password === false) {
            return false;
        }
        return smtpd_login($s, (string) base64_decode($user, true), (string) base64_decode($password, true));
    }
    return smtpd_mistake($s, '504 5.5.4 AUTH knows PLAIN and LOGIN');
}

// smtpd_ask returns the client's answer, without the line end.
function smtpd_ask($s, $question)
{
    if (!smtpd_reply($s, $question)) {
        return false;
    }
    $line = smtpd_get_line($s, MAX_LINE);
    if ($line === false || substr($line, -1) !== "\n") {
        return false;
    }
    return rtrim($line, "\r\n");
}

// smtpd_login takes the same time for each wrong guess of the same length.
function smtpd_login($s, $user, $password)
{
    $known = hash_equals($s->settings->user, $user);
    $right = hash_equals($s->settings->password, $password);
    if (!$known || !$right) {
        return smtpd_mistake($s, '535 5.7.8 Wrong user or password');
    }
    $s->user = $user;
    return smtpd_reply($s, '235 2.7.0 Welcome');
}

function smtpd_mail($s, $argument)
{
    if ($s->helo === '') {
        return smtpd_mistake($s, '503 5.5.1 EHLO first');
    }
    if ($s->settings->user !== '' && $s->user === '') {
        return smtpd_mistake($s, '530 5.7.0 Log in first');
    }
    if ($s->from !== null) {
        return smtpd_mistake($s, '503 5.5.1 There is a sender already');
    }
    if (!preg_match('/^FROM: ?<([^<>\x00-\x20\x7f]*)>((?: [^ ]+)*)$/Dis', $argument, $found) || strlen($found[1]) > MAX_ADDRESS) {
        return smtpd_mistake($s, '501 5.5.4 MAIL FROM:<address>');
    }
    foreach (explode(' ', trim($found[2])) as $parameter) {
        $parameter = strtoupper($parameter);
        if (preg_match('/^SIZE=([0-9]{1,15})$/D', $parameter, $size)) {
            if ((int) $size[1] > $s->settings->size) {
                return smtpd_mistake($s, '552 5.3.4 The message is too large');
            }
        } elseif (!preg_match('/^$|^BODY=(?:7BIT|8BITMIME)$|^AUTH=/D', $parameter)) {
            return smtpd_mistake($s, '555 5.5.4 Unknown parameter');
        }
    }
    $s->from = $found[1];
    return smtpd_reply($s, '250 2.1.0 Ok');
}

function smtpd_rcpt($s, $argument)
{
    if ($s->from === null) {
        return smtpd_mistake($s, '503 5.5.1 MAIL first');
    }
    if (!preg_match('/^TO: ?<([^<>\x00-\x20\x7f]+)>$/Di', $argument, $found) || strlen($found[1]) > MAX_ADDRESS) {
        return smtpd_mistake($s, '501 5.5.4 RCPT TO:<address>');
    }
    if (count($s->recipients) >= MAX_RECIPIENTS) {
        return smtpd_mistake($s, '452 4.5.3 Too many recipients');
    }
    $s->recipients[] = $found[1];
    return smtpd_reply($s, '250 2.1.5 Ok');
}

function smtpd_data($s, $argument)
{
    if (!$s->recipients) {
        return smtpd_mistake($s, '503 5.5.1 RCPT first');
    }
    if ($argument !== '') {
        return smtpd_mistake($s, '501 5.5.4 DATA has no argument');
    }
    if (!smtpd_reply($s, '354 End with a line that has only a dot')) {
        return false;
    }
    $data = smtpd_get_data($s);
    if ($data === false) {
        return smtpd_log($s, 'gone in the middle of a message');
    }
    if (strlen($data) > $s->settings->size) {
        smtpd_reset($s);
        return smtpd_mistake($s, '552 5.3.4 The message is too large');
    }
    $id = smtpd_store($s, $data);
    if ($id === false) {
        smtpd_reset($s);
        return smtpd_reply($s, '451 4.3.0 The message could not be stored');
    }
    smtpd_log($s, "$id: " . strlen($data) . " bytes from <$s->from> to <" . implode('>, <', $s->recipients) . '>');
    smtpd_reset($s);
    return smtpd_reply($s, "250 2.0.0 Ok: stored as $id");
}

// smtpd_get_data reads a message and takes out the dots that were added. Only
// CR LF counts as the end of a line: servers that see one elsewhere see two
// messages where the client sent one. What is too large is read to its end, and
// no more of it is kept than shows that.
function smtpd_get_data($s)
{
    $data = '';
    $end = "\r\n";               // the last two bytes
    while (true) {
        $line = smtpd_get_line($s, 8192);
        if ($line === false) {
            return false;
        }
        $start = $end === "\r\n";
        $end = substr($end . $line, -2);
        if ($start && $line[0] === '.') {
            if ($line === ".\r\n") {
                return $data;
            }
            $line = substr($line, 1);
        }
        if (strlen($data) <= $s->settings->size) {
            $data .= $line;
        }
    }
}

// smtpd_store writes a message into a file that nobody sees before it is whole.
function smtpd_store($s, $data)
{
    $id = bin2hex(random_bytes(8));
    $with = 'ESMTP' . ($s->crypto ? 'S' : '') . ($s->user !== '' ? 'A' : '');
    $head = "Return-Path: <$s->from>\r\n";
    foreach ($s->recipients as $recipient) {
        $head .= "Delivered-To: <$recipient>\r\n";
    }
    $head .= "Received: from $s->helo ([$s->peer]) by {$s->settings->name} with $with id $id;\r\n"
        . "\t" . gmdate('D, d M Y H:i:s') . " +0000\r\n";
    $file = "{$s->settings->dir}/$id";
    if (@file_put_contents("$file.part", $head . $data) !== strlen($head . $data) || !@rename("$file.part", "$file.eml")) {
        @unlink("$file.part");
        return false;
    }
    return $id;
}

function smtpd_rset($s, $argument)
{
    smtpd_reset($s);
    return smtpd_reply($s, '250 2.0.0 Ok');
}

function smtpd_noop($s, $argument)
{
    return smtpd_reply($s, '250 2.0.0 Ok');
}

function smtpd_quit($s, $argument)
{
    smtpd_reply($s, '221 2.0.0 Bye');
    return false;
}

// smtpd_reset forgets the message that was begun.
function smtpd_reset($s)
{
    $s->from = null;
    $s->recipients = [];
}

// smtpd_get_line returns all up to the next line end, with it, or a piece of
// $limit bytes of a longer line; false when the client is gone or too slow.
// fgets would wait for as long as a byte comes now and then.
function smtpd_get_line($s, $limit)
{
    $deadline = min(microtime(true) + $s->settings->timeout, $s->ends);
    while (($at = strpos($s->buffer, "\n")) === false && strlen($s->buffer) < $limit) {
        $left = max(0.0, $deadline - microtime(true));
        $read = [$s->fp];
        $write = null;
        $except = null;
        $n = @stream_select($read, $write, $except, (int) $left, (int) (($left - (int) $left) * 1000000));
        if (!$n) {
            smtpd_reply($s, '421 4.4.2 Too slow');
            return false;
        }
        $data = @fread($s->fp, 8192);
        if ($data === false || $data === '') {
            return false;
        }
        $s->buffer .= $data;
    }
    $length = $at === false ? $limit : min($at + 1, $limit);
    $line = substr($s->buffer, 0, $length);
    $s->buffer = substr($s->buffer, $length);
    return $line;
}

function smtpd_reply($s, $reply)
{
    $reply .= "\r\n";
    return @fwrite($s->fp, $reply) === strlen($reply);
}

// smtpd_mistake counts: who makes too many is sent away.
function smtpd_mistake($s, $reply)
{
    $s->mistakes++;
    if ($s->mistakes > MAX_MISTAKES) {
        smtpd_reply($s, '421 4.7.0 Too many mistakes');
        return false;
    }
    return smtpd_reply($s, $reply);
}

// smtpd_log writes one line. It answers false, for those who give up with it.
function smtpd_log($s, $text)
{
    echo "$s->peer $text\n";
    return false;
}

exit(main(array_slice($argv, 1)));

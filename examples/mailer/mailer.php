<?php
// A small SMTP mailer. Its port to Go, line for line, is mailer.go; message.php
// and main.php have theirs in message.go and main.go.
//
//   SMTP_PASSWORD=... php mailer.php -server tcp://mail.example.com:587 -user ann \
//       -from ann@example.com -to bob@example.net -subject Hello -text Hi -attach notes.txt
//
// It runs on PHP 7.4 and later and needs the openssl extension.

require __DIR__ . '/message.php';
require __DIR__ . '/main.php';

// new_mailer returns the settings and the state of one connection.
function new_mailer($server)
{
    return (object) [
        'server' => $server,     // tcp://host:587 for STARTTLS, ssl://host:465 for TLS at once
        'helo' => '',            // how we introduce ourselves; empty: the host's name or address
        'user' => '',            // empty: no login
        'password' => '',
        'cafile' => '',          // empty: the authorities that the system trusts
        'timeout' => 60.0,       // seconds: to connect, and for each answer
        'clear' => false,        // go on in clear when the server has no TLS
        'show' => null,          // sees the dialogue: function ($who, $text, $crypto)
        'progress' => null,      // sees the message go out: function ($done, $total)
        'fp' => null,
        'extensions' => [],      // what the server offers: keyword => parameters
        'secrets' => [],         // never shown
        'warnings' => [],        // what PHP warned of
        'failure' => '',         // why the message was not sent
        'doubt' => false,        // all was written, but no answer came
        'answer' => '',          // what the server said when it took the message
    ];
}

// send_mail delivers one message to all recipients or to none.
function send_mail($m, $from, $recipients, $message)
{
    set_error_handler(function ($level, $text) use ($m) {
        if (error_reporting() & $level) {
            $m->warnings[] = ($level === E_NOTICE ? 'Notice: ' : 'Warning: ') . $text;
        }
        return true;
    });
    $sent = smtp_open($m)
        && smtp_envelope($m, $from, $recipients, strlen($message))
        && smtp_data($m, $message);
    smtp_close($m);
    restore_error_handler();
    return $sent;
}

// smtp_open connects, turns TLS on and logs in.
function smtp_open($m)
{
    if (!smtp_connect($m) || !smtp_hello($m)) {
        return false;
    }
    if (!isset(stream_get_meta_data($m->fp)['crypto'])) {
        if (isset($m->extensions['STARTTLS'])) {
            if (!smtp_starttls($m) || !smtp_hello($m)) {
                return false;
            }
        } elseif (!$m->clear) {
            return smtp_fail($m, 'the server offers no TLS, and sending in clear was not allowed');
        }
    }
    return $m->user === '' || smtp_auth($m);
}

function smtp_connect($m)
{
    $host = trim(preg_replace('~^\w+://|:\d+$~', '', $m->server), '[]');
    $ssl = [
        'verify_peer' => true,
        'verify_peer_name' => true,
        'peer_name' => $host,
        'crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT,
    ];
    if ($m->cafile !== '') {
        $ssl['cafile'] = $m->cafile;
    }
    $context = stream_context_create(['ssl' => $ssl, 'socket' => ['tcp_nodelay' => true]]);
    $m->fp = stream_socket_client($m->server, $errno, $errstr, $m->timeout, STREAM_CLIENT_CONNECT, $context);
    if (!is_resource($m->fp)) {
        if ($errstr === '') {    // TLS failures are told in warnings only
            $errstr = 'no TLS connection';
        }
        return smtp_fail($m, "could not connect to $m->server: $errstr ($errno)");
    }
    $seconds = (int) $m->timeout;
    stream_set_timeout($m->fp, $seconds, (int) (($m->timeout - $seconds) * 1000000));
    smtp_show_crypto($m);
    return smtp_reply($m, 'the connection', [220]);
}

function smtp_hello($m)
{
    $m->extensions = [];
    $reply = smtp_command($m, 'EHLO ' . smtp_helo_name($m), [250]);
    if ($reply === false) {
        return false;
    }
    foreach (array_slice(explode("\n", trim($reply)), 1) as $line) {
        $words = preg_split('/[ =]/', trim(substr($line, 4)), 2);
        $m->extensions[strtoupper($words[0])] = $words[1] ?? '';
    }
    return true;
}

// smtp_helo_name is the host's full name, or else the address we speak from,
// in the form that RFC 5321 asks for.
function smtp_helo_name($m)
{
    if ($m->helo !== '') {
        return $m->helo;
    }
    $name = (string) gethostname();
    if (strpos($name, '.') !== false) {
        return $name;
    }
    $local = (string) stream_socket_get_name($m->fp, false);
    $ip = trim(substr($local, 0, (int) strrpos($local, ':')), '[]');
    return strpos($ip, ':') === false ? "[$ip]" : "[IPv6:$ip]";
}

function smtp_starttls($m)
{
    if (smtp_command($m, 'STARTTLS', [220]) === false) {
        return false;
    }
    if (stream_get_meta_data($m->fp)['unread_bytes'] > 0) {
        return smtp_break($m, 'the server sent more than its answer to STARTTLS');
    }
    $method = STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT;
    $ok = stream_socket_enable_crypto($m->fp, true, $method);
    if ($ok !== true) {
        return smtp_break($m, 'TLS could not be turned on');
    }
    smtp_show_crypto($m);
    return true;
}

function smtp_auth($m)
{
    if (!isset(stream_get_meta_data($m->fp)['crypto']) && !$m->clear) {
        return smtp_fail($m, 'the password is not sent in clear');
    }
    $plain = base64_encode("\0$m->user\0$m->password");
    $m->secrets = [$plain, base64_encode($m->password), $m->password];
    $mechanisms = explode(' ', strtoupper($m->extensions['AUTH'] ?? ''));
    if (in_array('PLAIN', $mechanisms, true)) {
        return smtp_command($m, 'AUTH PLAIN ' . $plain, [235], 'AUTH PLAIN ****') !== false;
    }
    if (in_array('LOGIN', $mechanisms, true)) {
        return smtp_command($m, 'AUTH LOGIN', [334]) !== false
            && smtp_command($m, base64_encode($m->user), [334], '**** (the user)') !== false
            && smtp_command($m, base64_encode($m->password), [235], '**** (the password)') !== false;
    }
    return smtp_fail($m, 'the server offers neither AUTH PLAIN nor AUTH LOGIN');
}

function smtp_envelope($m, $from, $recipients, $size)
{
    $option = '';
    if (isset($m->extensions['SIZE'])) {
        $limit = (int) $m->extensions['SIZE'];
        if ($limit > 0 && $size > $limit) {
            return smtp_fail($m, "the message has $size bytes, and the server takes $limit");
        }
        $option = " SIZE=$size";
    }
    if (smtp_command($m, "MAIL FROM:<$from>$option", [250]) === false) {
        return false;
    }
    foreach ($recipients as $to) {
        if (smtp_command($m, "RCPT TO:<$to>", [250, 251]) === false) {
            return false;
        }
    }
    return true;
}

function smtp_data($m, $message)
{
    if (smtp_command($m, 'DATA', [354]) === false) {
        return false;
    }
    $data = dot_stuff(to_crlf($message));
    if (substr($data, -2) !== "\r\n") {
        $data .= "\r\n";
    }
    smtp_show($m, 'C', '(' . strlen($message) . ' bytes of message)');
    smtp_show($m, 'C', '.');
    if (!smtp_write($m, $data . ".\r\n", $m->progress)) {
        return false;
    }
    $m->doubt = true;
    $reply = smtp_reply($m, 'the message', [250]);
    if ($reply === false) {
        return false;
    }
    $m->answer = printable(trim($reply));
    return true;
}

// smtp_command sends one line and returns the answer, or false when it is not
// one of the expected ones.
function smtp_command($m, $line, $expected, $shown = '')
{
    if ($shown === '') {
        $shown = $line;
    }
    smtp_show($m, 'C', $shown);
    if (!smtp_write($m, $line . "\r\n", null)) {
        return false;
    }
    return smtp_reply($m, $shown, $expected);
}

function smtp_reply($m, $to, $expected)
{
    $reply = smtp_get_lines($m);
    if ($reply === false) {
        return false;
    }
    $m->doubt = false;
    if (!in_array((int) substr($reply, 0, 3), $expected, true)) {
        return smtp_fail($m, "the answer to $to was: " . str_replace("\n", ' / ', trim(str_replace("\r", '', $reply))));
    }
    return $reply;
}

// smtp_get_lines reads one reply, which may have several lines.
function smtp_get_lines($m)
{
    $deadline = microtime(true) + $m->timeout;
    $data = '';
    $line = '';
    while (!feof($m->fp)) {
        $left = max(0.0, $deadline - microtime(true));
        $read = [$m->fp];
        $write = null;
        $except = null;
        $n = stream_select($read, $write, $except, (int) $left, (int) (($left - (int) $left) * 1000000));
        if (!$n) {
            return smtp_break($m, "no complete answer within $m->timeout seconds");
        }
        $str = fgets($m->fp, 512);
        if ($str === false) {
            break;
        }
        $line .= $str;
        if (strlen($data) + strlen($line) > 65536) {
            return smtp_break($m, 'the answer does not end');
        }
        if (substr($line, -1) !== "\n") {
            continue;            // a piece of a long line, or all that came before a timeout
        }
        smtp_show($m, 'S', rtrim($line));
        if (!preg_match('/^[2-5]\d\d[ \r\n-]/', $line)) {
            return smtp_break($m, 'this is not an SMTP answer: ' . substr(rtrim($line), 0, 80));
        }
        $data .= $line;
        if ($line[3] !== '-') {
            return $data;
        }
        $line = '';
    }
    if (stream_get_meta_data($m->fp)['timed_out']) {
        return smtp_break($m, "no complete answer within $m->timeout seconds");
    }
    return smtp_break($m, 'the server closed the connection');
}

function smtp_write($m, $data, $progress)
{
    $total = strlen($data);
    $done = 0;
    while ($done < $total) {
        $n = fwrite($m->fp, substr($data, $done, 16384));
        if (!$n || stream_get_meta_data($m->fp)['timed_out']) {
            return smtp_break($m, "the connection broke after $done of $total bytes");
        }
        $done += $n;
        if ($progress) {
            $progress($done, $total);
        }
    }
    return true;
}

// smtp_close says goodbye if the connection is still there. What happens now
// no longer matters to the message, so nothing is reported.
function smtp_close($m)
{
    if (!is_resource($m->fp)) {
        return;
    }
    smtp_show($m, 'C', 'QUIT');
    if (@fwrite($m->fp, "QUIT\r\n") && ($bye = @fgets($m->fp, 512))) {
        smtp_show($m, 'S', rtrim($bye));
    }
    fclose($m->fp);
}

// smtp_fail keeps the first reason.
function smtp_fail($m, $reason)
{
    if ($m->failure === '') {
        $m->failure = printable(hide_secrets($m, $reason));
    }
    return false;
}

// smtp_break is for a connection that carries nothing more, not even QUIT: it
// is dead, out of step, or still in clear when it should not be.
function smtp_break($m, $reason)
{
    fclose($m->fp);
    return smtp_fail($m, $reason);
}

function smtp_show($m, $who, $text)
{
    if ($m->show) {
        $crypto = stream_get_meta_data($m->fp)['crypto'] ?? null;
        ($m->show)($who, printable(hide_secrets($m, $text)), $crypto);
    }
}

function smtp_show_crypto($m)
{
    $crypto = stream_get_meta_data($m->fp)['crypto'] ?? null;
    if ($crypto !== null) {
        smtp_show($m, '*', "TLS is on: {$crypto['protocol']}, {$crypto['cipher_name']}, {$crypto['cipher_bits']} bits");
    }
}

function hide_secrets($m, $text)
{
    foreach ($m->secrets as $secret) {
        $text = str_replace($secret, '****', $text);
    }
    return $text;
}

exit(main(array_slice($argv, 1)));

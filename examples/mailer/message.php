<?php
// The message: headers, text and attachments (MIME), what they must not
// contain, and the file that keeps a message that was not sent.

// build_message returns the message with CRLF line ends and no line of more
// than 998 bytes. Each attachment is an array of name and data.
function build_message($from, $recipients, $subject, $text, $attachments, $date)
{
    $id = message_id($from, $recipients, $subject, $text, $attachments, $date);
    $boundary = "=_$id";
    $head = [
        'Date: ' . gmdate('D, d M Y H:i:s', $date) . ' +0000',
        "From: <$from>",
        'To: <' . implode(">,\r\n <", $recipients) . '>',
        'Subject: ' . encode_header($subject),
        "Message-ID: <$id@" . substr(strrchr($from, '@'), 1) . '>',
        'MIME-Version: 1.0',
    ];
    if (!$attachments) {
        return implode("\r\n", $head) . "\r\n" . text_part($text);
    }
    $head[] = 'Content-Type: multipart/mixed; boundary="' . $boundary . '"';
    $message = implode("\r\n", $head) . "\r\n\r\n";
    $message .= "--$boundary\r\n" . text_part($text);
    foreach ($attachments as [$name, $data]) {
        $message .= "--$boundary\r\n" . attachment_part($name, $data);
    }
    return $message . "--$boundary--\r\n";
}

// message_id names a message by what is in it.
function message_id($from, $recipients, $subject, $text, $attachments, $date)
{
    $hash = hash_init('sha256');
    hash_update($hash, "$date\0$from\0" . implode(',', $recipients) . "\0$subject\0$text");
    foreach ($attachments as [$name, $data]) {
        hash_update($hash, "\0$name\0$data");
    }
    return substr(hash_final($hash), 0, 32);
}

function text_part($text)
{
    $text = to_crlf($text);
    if (substr($text, -2) !== "\r\n") {
        $text .= "\r\n";
    }
    $encoding = '7bit';
    if (preg_match('/[^\x01-\x7f]/', $text) || max(array_map('strlen', explode("\r\n", $text))) > 998) {
        $encoding = 'base64';
        $text = chunk_split(base64_encode($text), 76, "\r\n");
    }
    return "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: $encoding\r\n\r\n$text";
}

function attachment_part($name, $data)
{
    $filename = preg_match('/[^\x20-\x7e]/', $name) ? "filename*=UTF-8''" . rawurlencode($name) : "filename=\"$name\"";
    return "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        . "Content-Disposition: attachment;\r\n $filename\r\n\r\n"
        . chunk_split(base64_encode($data), 76, "\r\n");
}

// attachment_name is the last part of a path, without what could break out of
// the header.
function attachment_name($path)
{
    $path = str_replace('\\', '/', $path);
    return preg_replace('/[\x00-\x1f\x7f"]/', '_', substr(strrchr("/$path", '/'), 1));
}

// encode_header leaves short plain text alone and turns the rest into encoded
// words (RFC 2047) of whole characters.
function encode_header($text)
{
    if (preg_match('/^[\x20-\x7e]{0,66}$/D', $text) && strpos($text, '=?') === false) {
        return $text;
    }
    $words = [];
    $word = '';
    foreach (preg_split('//u', $text, -1, PREG_SPLIT_NO_EMPTY) as $char) {
        if (strlen($word . $char) > 39) {
            $words[] = '=?UTF-8?B?' . base64_encode($word) . '?=';
            $word = '';
        }
        $word .= $char;
    }
    $words[] = '=?UTF-8?B?' . base64_encode($word) . '?=';
    return implode("\r\n ", $words);
}

// to_crlf makes every line end CRLF: a lone CR or LF could end a line, or the
// message, early for the one server and not for the next.
function to_crlf($text)
{
    return preg_replace('/\r\n|\r|\n/', "\r\n", $text);
}

// dot_stuff doubles the dot at the start of a line.
function dot_stuff($text)
{
    return substr(str_replace("\r\n.", "\r\n..", "\r\n" . $text), 2);
}

// check_address and check_subject refuse what could add a header or a command.
function check_address($address)
{
    return strlen($address) <= 254
        && preg_match('/^[A-Za-z0-9!#$%&\'*+\/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/D', $address);
}

function check_subject($subject)
{
    return preg_match('//u', $subject) && !preg_match('/[\x00-\x1f\x7f]/', $subject);
}

function check_server($server)
{
    return preg_match('~^(?:tcp|ssl|tls)://(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$~D', $server);
}

// keep_message writes the message into a new file that only its owner can
// read, and returns the name, or false.
function keep_message($directory, $name, $message)
{
    $umask = umask(0077);
    $kept = false;
    foreach ([$directory, sys_get_temp_dir()] as $dir) {
        for ($i = 1; $i < 100 && $kept === false; $i++) {
            $file = "$dir/$name" . ($i > 1 ? "-$i" : '') . '.eml';
            $fp = @fopen($file, 'xb');
            if ($fp) {
                if (@fwrite($fp, $message) === strlen($message) && fclose($fp)) {
                    $kept = $file;
                } else {
                    @unlink($file);
                }
            }
        }
    }
    umask($umask);
    return $kept;
}

// printable keeps what a server says from steering the terminal.
function printable($text)
{
    return preg_replace('/[\x00-\x1f\x7f]|\xc2[\x80-\x9f]/', '?', $text);
}

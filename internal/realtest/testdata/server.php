<?php
// A server for one client, which tells it line by line what to do. The
// address goes into a file once somebody may connect.
$setup = json_decode($input, true);
$events = [];
set_error_handler(function ($level, $text) use (&$events) {
    $events[] = "$level $text";
    return true;
});
$udp = strncmp($setup['address'], 'udp', 3) === 0;
$context = stream_context_create($setup['options'] ?? []);
$server = stream_socket_server($setup['address'], $errno, $errstr, $udp ? STREAM_SERVER_BIND : STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
file_put_contents("$setup[ready].new", $server ? stream_socket_get_name($server, false) : "failed: $errstr");
rename("$setup[ready].new", $setup['ready']);
if ($udp) {
    $text = stream_socket_recvfrom($server, 1500, 0, $from);
    stream_socket_sendto($server, strrev($text), 0, $from);
    exit(json_encode(['events' => $events, 'from' => $from]));
}
$fp = stream_socket_accept($server, 20, $from);
if (!$fp) {
    exit(json_encode(['events' => $events, 'from' => null]));
}
if (strncmp($setup['address'], 'unix', 4) === 0) {
    $from = ''; // PHP 7.4 leaves chance bytes there
}
stream_set_timeout($fp, 20);
$method = STREAM_CRYPTO_METHOD_TLSv1_2_SERVER | STREAM_CRYPTO_METHOD_TLSv1_3_SERVER;
while (($line = fgets($fp)) !== false) {
    list($word, $rest) = explode(' ', rtrim($line, "\n") . ' ', 2);
    $rest = rtrim($rest);
    switch ($word) {
        case 'rev':
            fwrite($fp, strrev($rest) . "\n");
            break;
        case 'starttls':
            fwrite($fp, "ok\n");
            if (!stream_socket_enable_crypto($fp, true, $method)) {
                break 2;
            }
            break;
        case 'crypto':
            fwrite($fp, json_encode(stream_get_meta_data($fp)['crypto'] ?? null) . "\n");
            break;
        case 'cert':
            $certificate = stream_context_get_options($fp)['ssl']['peer_certificate'] ?? null;
            fwrite($fp, ($certificate ? openssl_x509_parse($certificate)['subject']['CN'] : 'none') . "\n");
            break;
        case 'give':
            $data = str_repeat("0123456789abcde\n", $rest / 16);
            for ($done = 0; $done < strlen($data); $done += $n) {
                if (!$n = fwrite($fp, substr($data, $done, 100000))) {
                    break 3;
                }
            }
            break;
        case 'take':
            for ($data = ''; strlen($data) < $rest && !feof($fp);) {
                $data .= fread($fp, $rest - strlen($data));
            }
            fwrite($fp, sha1($data) . "\n");
            break;
    }
}
fclose($fp);
echo json_encode(['events' => $events, 'from' => $from]);

<?php
// What is read as text of a context's ssl options is text from then on; what has
// no text throws.
class Name
{
    function __construct(private string $text) {}
    function __toString(): string { return $this->text; }
}
$server = stream_socket_server('tcp://127.0.0.1:0');
$name = stream_socket_get_name($server, false);
function show($context)
{
    foreach (stream_context_get_options($context)['ssl'] as $option => $value) {
        echo $option, ' is ', is_object($value) ? get_class($value) : json_encode($value), "\n";
    }
}
function attempt(string $what, callable $opens, array $options)
{
    $context = stream_context_create(['ssl' => $options, 'http' => ['timeout' => 0.1]]);
    set_error_handler(function ($level, $message) {
        if (str_contains($message, 'cafile')) {
            echo $message, "\n";
        }
        return true;
    });
    try {
        var_dump($opens($context));
    } catch (Throwable $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
    restore_error_handler();
    echo $what, ":\n";
    show($context);
    fclose(stream_socket_accept($GLOBALS['server'], 5));
}
$opens = [
    'a socket' => fn($context) => stream_socket_client("tls://$name", $errno, $errstr, 0.1, STREAM_CLIENT_CONNECT, $context),
    'a page' => fn($context) => file_get_contents("https://$name/", false, $context),
];
foreach ($opens as $what => $open) {
    foreach ([1, 1.5, true, new Name('x'), new stdClass] as $value) {
        attempt($what, $open, ['peer_name' => $value, 'ciphers' => 'DEFAULT', 'passphrase' => $value]);
        attempt($what, $open, ['cafile' => $value, 'peer_name' => $value, 'verify_depth' => $value]);
        attempt($what, $open, ['ciphers' => $value]);
        attempt($what, $open, ['local_cert' => $value, 'local_pk' => $value, 'alpn_protocols' => $value]);
    }
}

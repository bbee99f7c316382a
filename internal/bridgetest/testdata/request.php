<?php
// One request of several to a PHP that serves them one after the other.
$fp = pfsockopen('127.0.0.1', (int) $_GET['port'], $errno, $errstr, 5);
stream_set_timeout($fp, 5);
fwrite($fp, "question\n");
echo fgets($fp), get_resource_type($fp), ' ', get_resource_id($fp), ' at ', ftell($fp), "\n";
$again = pfsockopen('127.0.0.1', (int) $_GET['port'], $errno, $errstr, 5);
var_dump($again === $fp, stream_get_meta_data($fp)['unread_bytes']);
$ordinary = stream_socket_client("tcp://127.0.0.1:{$_GET['port']}");
var_dump(get_resource_type($ordinary));
if (isset($_GET['close'])) {
    var_dump(fclose($fp), is_resource($fp), is_resource($again));
}

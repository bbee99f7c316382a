<?php
// PHP's own functions on a stream of the library's: PHP's code, Go's network.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
fwrite($peer, "a,\"b c\",d\n7 apples\nplain\n" . "rot:uryyb\n" . "last line\nrest");
var_dump(fgetcsv($client, 0, ',', '"', ''), fscanf($client, '%d %s'), fgets($client));
var_dump(fread($client, 4));
$filter = stream_filter_append($client, 'string.rot13', STREAM_FILTER_READ);
var_dump(fgets($client));
stream_filter_remove($filter);
var_dump(fputcsv($client, ['x', 'y z', '1'], ',', '"', ''), fgets($peer), fprintf($client, "%05d %s\n", 42, 'ok'), fgets($peer));
$filter = stream_filter_append($client, 'string.toupper', STREAM_FILTER_WRITE);
fwrite($client, "shout\n");
var_dump(fgets($peer));
stream_filter_remove($filter);
fwrite($client, "quiet\n");
var_dump(fgets($peer));
var_dump(stream_isatty($client), fseek($client, 0), rewind($client), stream_supports_lock($client), @ftruncate($client, 0));
var_dump(is_array(fstat($client)));
$target = tempnam(sys_get_temp_dir(), 'bridge');
fclose($peer);
var_dump(file_put_contents($target, $client), file_get_contents($target));
unlink($target);
var_dump(feof($client), fclose($client));

// To a file and back.
[$client, $peer] = pair();
$file = tmpfile();
fwrite($peer, str_repeat("0123456789\n", 3000));
fclose($peer);
var_dump(stream_copy_to_stream($client, $file), ftell($file));
rewind($file);
[$client, $peer] = pair();
var_dump(stream_copy_to_stream($file, $client, 11), fgets($peer));
var_dump(stream_copy_to_stream($file, $client, 22, 5), fgets($peer));
[$client, $peer] = pair();
fwrite($peer, "to standard output\n");
fclose($peer);
var_dump(fpassthru($client));

// Datagrams.
$server = stream_socket_server('udp://127.0.0.1:0', $e, $m, STREAM_SERVER_BIND);
$client = stream_socket_client('udp://' . stream_socket_get_name($server, false));
stream_set_timeout($client, 2);
var_dump(stream_socket_sendto($client, 'one'), stream_socket_recvfrom($server, 10, 0, $from));
stream_socket_sendto($server, 'answer', 0, $from);
var_dump(stream_socket_recvfrom($client, 3, STREAM_PEEK), stream_socket_recvfrom($client, 10), get_resource_type($client));

// What is shut down, and what only one side is.
[$client, $peer] = pair();
stream_socket_shutdown($client, STREAM_SHUT_WR);
var_dump(fgets($peer), feof($peer), fwrite($peer, "one way\n"), fgets($client));

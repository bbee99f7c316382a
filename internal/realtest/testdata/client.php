<?php
// Connects as $input asks, says lines, hears a line after each, and prints what came of it.
$request = json_decode($input, true);
$events = [];
set_error_handler(function ($level, $text) use (&$events) {
    $events[] = "$level $text";
    return true;
});
$options = $request['options'] ?? [];
$context = stream_context_create($options);
$fp = stream_socket_client($request['address'], $errno, $errstr, 10, STREAM_CLIENT_CONNECT, $context);
$answer = ['opened' => $fp !== false, 'errno' => $errno, 'errstr' => $errstr];
if ($fp) {
    stream_set_timeout($fp, 10);
    $answer['crypto'] = stream_get_meta_data($fp)['crypto'] ?? null;
    foreach ($request['send'] as $text) {
        if ($text !== '') {
            fwrite($fp, $text);
        }
        $answer['replies'][] = (string) fgets($fp);
    }
    $answer['eof'] = feof($fp);
    fclose($fp);
}
$answer['events'] = $events;
echo json_encode($answer);

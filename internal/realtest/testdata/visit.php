<?php
// Opens the URL that $input has, reads it to the end, and prints what came of it.
$visit = json_decode($input, true);
$answer = ['lines' => [], 'events' => [], 'heard' => []];
set_error_handler(function ($level, $text) use (&$answer) {
    $answer['events'][] = "$level $text";
    return true;
});
$progress = '';
$context = stream_context_create($visit['options'], ['notification' => function ($code, $severity, $message, $number, $done, $most) use (&$answer, &$progress) {
    $told = "$code $severity $message $number $done $most";
    if ($code === STREAM_NOTIFY_PROGRESS) {
        $progress = $told; // how many there are depends on the pieces that arrive
    } elseif ($code !== STREAM_NOTIFY_COMPLETED) { // for a read that meets the end, not for feof: chance
        $answer['heard'][] = $told;
    }
}]);
$fp = fopen($visit['url'], 'r', false, $context);
$answer['opened'] = $fp !== false;
if ($fp) {
    $meta = stream_get_meta_data($fp);
    $answer['lines'] = $meta['wrapper_data'];
    $answer['protocol'] = $meta['crypto']['protocol'] ?? '';
    if ($visit['unpack']) {
        stream_filter_append($fp, 'zlib.inflate', STREAM_FILTER_READ, ['window' => 31]);
    }
    $hash = hash_init('sha1');
    $answer['size'] = 0;
    $answer['body'] = '';
    while (!feof($fp)) {
        $data = fread($fp, 65536);
        if ($data === false || $data === '' && stream_get_meta_data($fp)['timed_out']) {
            break;
        }
        hash_update($hash, $data);
        $answer['size'] += strlen($data);
        $answer['body'] .= substr($data, 0, 2000 - strlen($answer['body']));
    }
    $answer['sum'] = hash_final($hash);
    $answer['body'] = base64_encode($answer['body']);
    $answer['timed_out'] = stream_get_meta_data($fp)['timed_out'];
    fclose($fp);
}
$answer['progress'] = $progress;
echo json_encode($answer);

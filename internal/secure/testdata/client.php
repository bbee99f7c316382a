<?php
// Takes a list of jobs from $input: connects to each address, turns TLS on,
// says something and reads a line. Prints what came of it.
$answers = [];
foreach (json_decode($input, true) as $job) {
    $events = [];
    set_error_handler(function ($level, $message) use (&$events) {
        $events[] = [$level, $message];
        return true;
    });
    $answer = ['ok' => null];
    try {
        $context = stream_context_create(['ssl' => $job['ssl']]);
        $fp = stream_socket_client($job['address'], $errno, $errstr, 10, STREAM_CLIENT_CONNECT, $context);
        if ($fp) {
            $answer['name'] = stream_socket_get_name($fp, false);
            $answer['ok'] = stream_socket_enable_crypto($fp, true, $job['method']);
            $answer['crypto'] = stream_get_meta_data($fp)['crypto'] ?? null;
            if ($answer['ok'] && $job['read']) {
                fwrite($fp, "x\n");
                $answer['line'] = fgets($fp);
            }
            fclose($fp);
        }
    } catch (Throwable $e) {
        $answer['thrown'] = get_class($e) . ': ' . $e->getMessage();
    }
    restore_error_handler();
    $answer['events'] = $events;
    $answers[$job['id']] = $answer;
}
echo json_encode($answers, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);

<?php
require __DIR__ . '/common.php';

measure($job, function (array $job, $server): int {
    for ($n = 0; $n < $job['count']; $n++) {
        $fp = stream_socket_accept($server, PATIENCE);
        if ($fp === false) {
            return $n;
        }
        fwrite($fp, "ready\n");
        fclose($fp);
    }
    return $n;
}, function (array $job): array {
    $server = serve($job);
    $control = ask($job, "call {$job['count']} " . stream_socket_get_name($server, false) . "\n");
    expect($control, 'ok');
    return [$server, $control];
}, function ($server, $control): void {
    fwrite($control, "look\n");
    expect($control, 'ok');
    fclose($control);
    fclose($server);
});

<?php
require __DIR__ . '/common.php';

measure($job, function (array $job, array $streams): int {
    for ($n = 0; $n < $job['count']; $n++) {
        $read = $streams;
        $none = null;
        if (stream_select($read, $none, $none, 0) !== 1) {
            return $n;
        }
    }
    return $n;
}, function (array $job): array {
    $streams = [];
    for ($i = 0; $i < $job['streams']; $i++) {
        $streams[] = ask($job, "page 1\n");
    }
    fwrite($streams[intdiv($job['streams'], 2)], '!');
    $read = $streams;
    $none = null;
    stream_select($read, $none, $none, PATIENCE);
    return [$streams];
}, function (array $streams): void {
    array_map('fclose', $streams);
});

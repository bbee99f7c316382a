<?php
require __DIR__ . '/common.php';

measure($job, function (array $job): int {
    $n = 0;
    while ($n < $job['count']) {
        $fp = ask($job, 'bulk ' . min(64 << 20, $job['count'] - $n) . "\n");
        $data = stream_get_contents($fp);
        fclose($fp);
        if ($data === false || $data === '') {
            return $n;
        }
        $n += strlen($data);
    }
    return $n;
});

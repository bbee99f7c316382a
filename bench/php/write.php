<?php
require __DIR__ . '/common.php';

measure($job, function (array $job): int {
    $n = 0;
    $fp = ask($job, "sink {$job['count']}\n");
    $data = str_repeat('x', 64 << 10);
    while ($n < $job['count']) {
        $m = fwrite($fp, $data, $job['count'] - $n);
        if ($m === false) {
            return $n;
        }
        $n += $m;
    }
    expect($fp, 'ok');
    fclose($fp);
    return $n;
});

<?php
require __DIR__ . '/common.php';

measure($job, function (array $job): int {
    $n = 0;
    $fp = ask($job, "bulk {$job['count']}\n");
    while (($data = fread($fp, 8192)) !== false && $data !== '') {
        $n += strlen($data);
    }
    fclose($fp);
    return $n;
});

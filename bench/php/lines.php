<?php
require __DIR__ . '/common.php';

measure($job, function (array $job): int {
    $n = 0;
    $fp = ask($job, "lines {$job['count']}\n");
    while (($line = fgets($fp)) !== false) {
        if (strlen($line) === 60) {
            $n++;
        }
    }
    fclose($fp);
    return $n;
});

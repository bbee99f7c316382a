<?php
require __DIR__ . '/common.php';

weigh($job, function () use ($job) {
    $fp = ask($job, "idle\n");
    expect($fp, 'ready');
    return $fp;
});

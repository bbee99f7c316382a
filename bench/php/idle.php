<?php
require __DIR__ . '/common.php';

function resident(): int
{
    $statm = @file_get_contents('/proc/self/statm');
    return $statm === false ? 0 : (int) explode(' ', $statm)[1] * 4096;
}

function idle(array $job)
{
    $fp = ask($job, "idle\n");
    expect($fp, 'ready');
    return $fp;
}

$first = idle($job); // what the first one loads is no stream's own
$streams = [];
gc_collect_cycles();
$heap = memory_get_usage();
$rss = resident();
for ($i = 0; $i < $job['count']; $i++) {
    $streams[] = idle($job);
}
echo json_encode([
    'count' => $job['count'],
    'heap' => (memory_get_usage() - $heap) / $job['count'],
    'rss' => (resident() - $rss) / $job['count'],
]), "\n";

<?php
// Runs the PHP program that $input names, with its arguments, and prints what it did.
$run = json_decode($input, true);
$command = array_merge([PHP_BINARY], $run['arguments']);
$process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes, $run['directory'], $run['environment']);
$result = ['stdout' => stream_get_contents($pipes[1]), 'stderr' => stream_get_contents($pipes[2])];
$result['exit'] = proc_close($process);
echo json_encode($result);

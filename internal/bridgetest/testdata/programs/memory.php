<?php
// More than the memory limit takes comes from the network.
require __DIR__ . '/lib.inc';
[$client, $peer] = pair();
ini_set('memory_limit', '10M');
register_shutdown_function(function () use ($client) {
    ini_set('memory_limit', '-1');
    echo preg_replace('/ \(tried.*/', '', error_get_last()['message']), "\n";
    var_dump(is_resource($client), fclose($client));
});
$data = str_repeat('x', 65536);
$all = [];
for ($i = 0; $i < 1024; $i++) {
    fwrite($peer, $data);
    $all[] = stream_get_contents($client, 65536);
}
echo "not reached\n";

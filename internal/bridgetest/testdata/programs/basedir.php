<?php
// open_basedir holds for the files that the library reads, too.
require __DIR__ . '/lib.inc';
$dir = __DIR__ . '/basedir-' . getmypid(); // the test removes it
mkdir($dir);
symlink('/etc/hosts', "$dir/link");
file_put_contents("$dir/no-certificate", "none\n");
ini_set('open_basedir', $dir);
foreach (['/etc/hosts', "$dir/link", "$dir/none", "$dir/no-certificate", "$dir/../../etc/hosts"] as $file) {
    foreach (['local_cert', 'local_pk', 'cafile'] as $option) {
        if ($option === 'cafile' && basename($file) === 'link') {
            continue; // PHP tells where it leads
        }
        $options = ['local_cert' => "$dir/no-certificate", $option => $file];
        [$client, $peer] = pair(stream_context_create(['ssl' => $option === 'cafile' ? [$option => $file] : $options]));
        fclose($peer);
        ob_start();
        var_dump(stream_socket_enable_crypto($client, true, STREAM_CRYPTO_METHOD_TLS_CLIENT));
        echo "$option: ", str_replace($dir, 'DIR', ob_get_clean());
    }
}
ob_start();
var_dump(openssl_x509_parse('file:///etc/hosts'), openssl_x509_fingerprint('file:///etc/hosts'));
echo str_replace($dir, 'DIR', ob_get_clean());

<?php
// The program, and the certificates that it makes for itself.

function main()
{
    $dir = sys_get_temp_dir() . '/eventloop-' . bin2hex(random_bytes(8));
    mkdir($dir, 0700);
    [$cafile, $certificate] = make_certificate($dir, 'ours');
    [$otherCafile] = make_certificate($dir, 'other');
    $ok = demonstrate($cafile, $certificate, $otherCafile);
    array_map('unlink', glob("$dir/*"));
    rmdir($dir);
    if (!$ok) {
        fwrite(STDERR, "eventloop: something did not come out as it should\n");
    }
    return $ok ? 0 : 1;
}

// make_certificate writes two files: an authority, and a certificate with its
// key that it has signed.
function make_certificate($dir, $name)
{
    $config = "$dir/openssl.cnf";
    file_put_contents($config, "[req]\ndistinguished_name = name\n[name]\n"
        . "[ca]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n"
        . "[leaf]\nsubjectAltName = DNS:localhost\nextendedKeyUsage = serverAuth\n");
    $options = ['config' => $config, 'digest_alg' => 'sha256', 'private_key_bits' => 2048];
    $ec = ['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1'];

    $caKey = openssl_pkey_new($options + $ec);
    $request = openssl_csr_new(['commonName' => "Authority $name"], $caKey, $options);
    $ca = openssl_csr_sign($request, null, $caKey, 1, $options + ['x509_extensions' => 'ca'], random_int(1, PHP_INT_MAX));
    openssl_x509_export_to_file($ca, "$dir/$name-ca.pem");

    $key = openssl_pkey_new($options + $ec);
    $request = openssl_csr_new(['commonName' => 'localhost'], $key, $options);
    $leaf = openssl_csr_sign($request, $ca, $caKey, 1, $options + ['x509_extensions' => 'leaf'], random_int(1, PHP_INT_MAX));
    openssl_x509_export($leaf, $pem);
    openssl_pkey_export($key, $keyPem, null, $options);
    $file = "$dir/$name.pem";
    touch($file);
    chmod($file, 0600);
    file_put_contents($file, $pem . $keyPem);
    return ["$dir/$name-ca.pem", $file];
}

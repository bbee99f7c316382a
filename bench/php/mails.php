<?php
require __DIR__ . '/common.php';

function say($fp, string $command, string $code): void
{
    fwrite($fp, $command);
    expect($fp, $code);
}

function mail_once(array $job): void
{
    $fp = open($job);
    expect($fp, '220');
    if ($job['starttls']) {
        say($fp, "EHLO client.test\r\n", '250');
        say($fp, "STARTTLS\r\n", '220');
        if (!stream_socket_enable_crypto($fp, true, STREAM_CRYPTO_METHOD_TLS_CLIENT)) {
            fail('no TLS');
        }
    }
    say($fp, "EHLO client.test\r\n", '250');
    say($fp, "MAIL FROM:<ann@client.test>\r\n", '250');
    say($fp, "RCPT TO:<bob@mail.test>\r\n", '250');
    say($fp, "DATA\r\n", '354');
    say($fp, $job['message'] . ".\r\n", '250');
    say($fp, "QUIT\r\n", '221');
    fclose($fp);
}

measure($job, function (array $job): int {
    for ($n = 0; $n < $job['count']; $n++) {
        mail_once($job);
    }
    return $n;
});

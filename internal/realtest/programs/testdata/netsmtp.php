<?php
// Sends what the first argument asks for with Net_SMTP, and prints what came of it.
require '/usr/share/php/Net/SMTP.php';
require __DIR__ . '/job.php';
$job = job();

// must makes an exception of PEAR's errors.
function must($result)
{
    if (PEAR::isError($result)) {
        throw new RuntimeException($result->getMessage() . ' / ' . $result->getUserInfo(), (int) $result->getCode());
    }
    return $result;
}

$host = ($job['tls'] === 'implicit' ? 'ssl://' : '') . $job['host'];
$smtp = new Net_SMTP($host, $job['port'], 'client.example', $job['pipelining'], $job['timeout'], $job['options'] ?: null);
if ($job['debug']) {
    $smtp->setDebug(true, function ($smtp, $text) {
        echo '  ', rtrim($text), "\n";
    });
}
for ($n = 1; $n <= $job['messages']; $n++) {
    attempt("message $n", function () use ($job, $smtp, $n) {
        if ($n === 1) {
            must($smtp->connect($job['timeout']));
            if ($job['user'] !== '') {
                must($smtp->auth($job['user'], $job['password'], '', $job['tls'] === 'starttls'));
            } elseif ($job['tls'] === 'starttls') {
                must($smtp->starttls());
            }
        }
        must($smtp->mailFrom('ann@example.com'));
        must($smtp->rcptTo('bob@example.net'));
        must($smtp->data(...message($job, $n)));
        echo implode(' ', $smtp->getResponse()), "\n";
    });
}
attempt('close', function () use ($smtp) {
    must($smtp->disconnect(true));
});

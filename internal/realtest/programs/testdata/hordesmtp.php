<?php
// Sends what the first argument asks for with Horde_Smtp, and prints what came of it.
spl_autoload_register(function (string $class) {
    require '/usr/share/php/' . strtr($class, ['\\' => '/', '_' => '/']) . '.php';
});
require __DIR__ . '/job.php';
$job = job();

// Of warnings only what the stream functions say counts here: the library is
// older than this PHP, and has some of its own for whatever it reads.
set_error_handler(function (int $level, string $message) {
    if (error_reporting() & $level && preg_match('/^(f\w+|stream_\w+)\(\): /', $message)) {
        echo "  $message\n";
    }
    return true;
});

// Its socket client trusts everybody unless it is told otherwise.
$context = array_replace_recursive(['ssl' => ['verify_peer' => true, 'verify_peer_name' => true]], $job['options']);
$smtp = new Horde_Smtp([
    'host' => $job['host'],
    'port' => $job['port'],
    'secure' => ['starttls' => 'tls', 'implicit' => 'ssl', '' => false][$job['tls']],
    'context' => $context,
    'timeout' => $job['timeout'],
    'localhost' => 'client.example',
    'username' => $job['user'],
    'password' => $job['password'],
    'debug' => $job['debug'] ? 'php://output' : null,
]);
for ($n = 1; $n <= $job['messages']; $n++) {
    attempt("message $n", function () use ($job, $smtp, $n) {
        [$body, $headers] = message($job, $n);
        try {
            echo json_encode($smtp->send('ann@example.com', 'bob@example.net', "$headers\r\n\r\n$body")), "\n";
        } catch (Horde_Smtp_Exception $e) {
            echo '  ', $e->getSmtpCode(), ' ', $e->getEnhancedSmtpCode(), ' ', $e->details, "\n";
            throw $e;
        }
    });
}
attempt('close', function () use ($smtp) {
    $smtp->logout();
});

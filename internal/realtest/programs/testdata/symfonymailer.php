<?php
// Sends what the first argument asks for with Symfony Mailer, and prints what came of it.
use Symfony\Component\Mailer\Exception\TransportExceptionInterface;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\Email;

require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
require __DIR__ . '/job.php';
$job = job();

// Prints the log at once, so that it stands where things happened.
class Transcript extends Psr\Log\AbstractLogger
{
    public function log($level, $message, array $context = [])
    {
        echo "  [$level] $message\n";
    }
}

/** Prints what the transport says of a dialogue. */
function show(string $dialogue): void
{
    foreach ($dialogue === '' ? [] : explode("\n", rtrim($dialogue)) as $line) {
        echo '  ', rtrim($line), "\n";
    }
}

$transport = new EsmtpTransport($job['host'], $job['port'], $job['tls'] === 'implicit', null, $job['debug'] ? new Transcript() : null);
$transport->getStream()->setStreamOptions($job['options'])->setTimeout($job['timeout']);
$transport->setLocalDomain('client.example');
if ($job['user'] !== '') {
    $transport->setUsername($job['user'])->setPassword($job['password']);
}
if ($job['restart']) {
    $transport->setRestartThreshold($job['restart'])->setPingThreshold(0);
}
for ($n = 1; $n <= $job['messages']; $n++) {
    attempt("message $n", function () use ($job, $transport, $n) {
        $email = (new Email())
            ->from(new Address('ann@example.com', 'Ann'))
            ->to(new Address('bob@example.net', 'Bob'))
            ->subject("Message $n")
            ->text($job['text']);
        if ($job['attach'] !== '') {
            $email->attachFromPath($job['attach']);
        }
        $dialogue = '';
        try {
            $dialogue = $transport->send($email)->getDebug();
        } catch (TransportExceptionInterface $e) {
            $dialogue = $e->getDebug();
            throw $e;
        } finally {
            show($job['debug'] ? $dialogue : '');
        }
    });
}
attempt('close', function () use (&$transport) {
    $transport = null; // its destructor says QUIT
});

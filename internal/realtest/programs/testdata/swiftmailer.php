<?php
// Sends what the first argument asks for with Swift Mailer, and prints what came of it.
require '/usr/share/php/Swift/autoload.php';
require __DIR__ . '/job.php';
$job = job();

// Prints the log at once, so that it stands where things happened.
class Transcript implements Swift_Plugins_Logger
{
    public function add($entry)
    {
        echo '  ', rtrim($entry), "\n";
    }

    public function clear()
    {
    }

    public function dump()
    {
        return '';
    }
}

$transport = new Swift_SmtpTransport($job['host'], $job['port'], ['starttls' => 'tls', 'implicit' => 'ssl', '' => null][$job['tls']]);
$transport->setStreamOptions($job['options']);
$transport->setTimeout($job['timeout']);
$transport->setLocalDomain('client.example');
if ($job['user'] !== '') {
    $transport->setUsername($job['user'])->setPassword($job['password']);
}
if ($job['debug']) {
    $transport->registerPlugin(new Swift_Plugins_LoggerPlugin(new Transcript()));
}
$mailer = new Swift_Mailer($transport);
for ($n = 1; $n <= $job['messages']; $n++) {
    attempt("message $n", function () use ($job, $mailer, $n) {
        $message = (new Swift_Message("Message $n"))
            ->setFrom(['ann@example.com' => 'Ann'])
            ->setTo(['bob@example.net' => 'Bob'])
            ->setBody($job['text']);
        if ($job['attach'] !== '') {
            $message->attach(Swift_Attachment::fromPath($job['attach']));
        }
        $count = $mailer->send($message, $refused);
        echo "$count accepted, ", json_encode($refused), " refused\n";
    });
}
attempt('close', function () use ($transport) {
    $transport->stop();
});

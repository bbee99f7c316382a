<?php
// Sends what the first argument asks for with PHPMailer, and prints what came of it.
use PHPMailer\PHPMailer\PHPMailer;
use PHPMailer\PHPMailer\SMTP;

require '/usr/share/php/libphp-phpmailer/autoload.php';
require __DIR__ . '/job.php';
$job = job();

$mail = new PHPMailer(true);
$mail->isSMTP();
$mail->Host = $job['host'];
$mail->Port = $job['port'];
$mail->SMTPSecure = ['starttls' => PHPMailer::ENCRYPTION_STARTTLS, 'implicit' => PHPMailer::ENCRYPTION_SMTPS, '' => ''][$job['tls']];
$mail->SMTPAutoTLS = $job['tls'] !== '';
$mail->SMTPOptions = $job['options'];
$mail->Helo = 'client.example';
$mail->Hostname = 'client.example';
$mail->Timeout = $job['timeout'];
$mail->getSMTPInstance()->Timelimit = $job['timeout'];
if ($job['user'] !== '') {
    $mail->SMTPAuth = true;
    $mail->Username = $job['user'];
    $mail->Password = $job['password'];
}
if ($job['debug']) {
    $mail->SMTPDebug = SMTP::DEBUG_LOWLEVEL;
    $mail->Debugoutput = function ($text, $level) {
        echo "  [$level] ", rtrim($text), "\n";
    };
}
$mail->SMTPKeepAlive = $job['messages'] > 1;
$mail->setFrom('ann@example.com', 'Ann');
$mail->addAddress('bob@example.net', 'Bob');
$mail->Body = $job['text'];
if ($job['attach'] !== '') {
    $mail->addAttachment($job['attach']);
}
for ($n = 1; $n <= $job['messages']; $n++) {
    attempt("message $n", function () use ($mail, $n) {
        $mail->Subject = "Message $n";
        $mail->send();
    });
    if ($mail->ErrorInfo !== '') {
        echo "ErrorInfo: $mail->ErrorInfo\n", json_encode($mail->getSMTPInstance()->getError()), "\n";
    }
}
attempt('close', function () use ($mail) {
    $mail->smtpClose();
});

<?php
// The command line.

function print_dialogue($who, $text, $crypto)
{
    $arrow = ['C' => '-->', 'S' => '<--', '*' => '***'][$who];
    printf("%-8s %s %s\n", $crypto === null ? 'clear' : $crypto['protocol'], $arrow, $text);
}

function complain($text)
{
    fwrite(STDERR, "mailer: $text\n");
    return 2;
}

function main($arguments)
{
    $flags = ['server' => '', 'user' => '', 'from' => '', 'to' => '', 'subject' => '', 'text' => '', 'attach' => [],
        'cafile' => '', 'helo' => '', 'timeout' => '60', 'keep' => '.', 'date' => (string) time()];
    $switches = ['clear' => false, 'v' => false];
    while ($arguments) {
        $name = preg_replace('/^--?/', '', array_shift($arguments));
        if (isset($switches[$name])) {
            $switches[$name] = true;
        } elseif (isset($flags[$name]) && $arguments) {
            $value = array_shift($arguments);
            is_array($flags[$name]) ? $flags[$name][] = $value : $flags[$name] = $value;
        } else {
            return complain("unknown flag or no value for it: -$name");
        }
    }
    $recipients = array_map(function ($to) {
        return trim($to, ' ');
    }, explode(',', $flags['to']));

    if (!check_server($flags['server'])) {
        return complain('-server must look like tcp://host:587 or ssl://host:465');
    }
    foreach (array_merge([$flags['from']], $recipients) as $address) {
        if (!check_address($address)) {
            return complain('this is not a mail address: ' . printable($address));
        }
    }
    if (!check_subject($flags['subject'])) {
        return complain('the subject must be one line of UTF-8');
    }
    if (!preg_match('/^[A-Za-z0-9.:\[\]-]*$/D', $flags['helo'])) {
        return complain('-helo must be a host name or [address]');
    }
    if (!preg_match('/^[0-9]{1,5}(?:\.[0-9]{1,3})?$/D', $flags['timeout']) || $flags['timeout'] <= 0) {
        return complain('-timeout must be a number of seconds');
    }
    if (!preg_match('/^[0-9]{1,10}$/D', $flags['date'])) {
        return complain('-date must be in seconds since 1970');
    }
    $password = (string) getenv('SMTP_PASSWORD');
    if ($flags['user'] !== '' && $password === '') {
        return complain('-user needs a password in the environment: SMTP_PASSWORD');
    }
    $attachments = [];
    foreach ($flags['attach'] as $path) {
        $data = is_file($path) ? @file_get_contents($path) : false;
        if ($data === false) {
            return complain('cannot read the attachment ' . printable($path));
        }
        $attachments[] = [attachment_name($path), $data];
    }
    $text = $flags['text'] === '-' ? stream_get_contents(STDIN) : $flags['text'];

    $message = build_message($flags['from'], $recipients, $flags['subject'], $text, $attachments, (int) $flags['date']);
    $m = new_mailer($flags['server']);
    $m->helo = $flags['helo'];
    $m->user = $flags['user'];
    $m->password = $password;
    $m->cafile = $flags['cafile'];
    $m->timeout = (float) $flags['timeout'];
    $m->clear = $switches['clear'];
    $m->show = $switches['v'] ? 'print_dialogue' : null;
    if (send_mail($m, $flags['from'], $recipients, $message)) {
        echo 'Sent ' . strlen($message) . ' bytes to ' . implode(', ', $recipients) . ": $m->answer\n";
        return 0;
    }
    foreach ($m->warnings as $warning) {
        fwrite(STDERR, implode("\n", array_map('printable', explode("\n", $warning))) . "\n");
    }
    fwrite(STDERR, "mailer: $m->failure\n");
    if ($m->doubt) {
        fwrite(STDERR, "mailer: the server did not say whether it took the message\n");
    }
    $name = 'message-' . message_id($flags['from'], $recipients, $flags['subject'], $text, $attachments, (int) $flags['date']);
    $file = keep_message($flags['keep'], $name, $message);
    if ($file === false) {
        fwrite(STDERR, "mailer: the message could not be kept either\n");
        return 1;
    }
    fwrite(STDERR, "The message is kept in $file\n");
    return 1;
}

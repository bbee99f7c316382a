// The mailer, asked for one message after the other. DIR is where it is; its last
// line would run it once and leave.
$code = file_get_contents(DIR . '/mailer.php');
$code = str_replace('__DIR__', var_export(DIR, true), $code);
eval('?>' . preg_replace('/^exit\(main\(.*$/m', '', $code));

function answer($question)
{
    $o = json_decode($question, true);
    $m = new_mailer($o['server']);
    $m->helo = 'client.example';
    $m->cafile = DIR . '/ca.pem';
    $m->timeout = $o['timeout'];
    $m->clear = $o['clear'];
    $lines = [];
    $m->show = function ($who, $text, $crypto) use (&$lines) {
        $lines[] = "$who " . ($crypto['protocol'] ?? 'clear') . " $text";
    };
    $sent = send_mail($m, 'ann@example.com', ['bob@example.net'], $o['message']);
    return json_encode(['sent' => $sent, 'doubt' => $m->doubt, 'failure' => $m->failure, 'answer' => $m->answer,
        'warnings' => $m->warnings, 'lines' => $lines], JSON_INVALID_UTF8_SUBSTITUTE);
}

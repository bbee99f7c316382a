<?php
// What PHP's filters make of the cases in $input: of each write, flush and
// close, what it answers, what its filter passes on, in pieces, and what it says.

class tap extends php_user_filter
{
    public static $seen = [];

    #[\ReturnTypeWillChange]
    public function filter($in, $out, &$consumed, $closing)
    {
        $pieces = [];
        while ($bucket = stream_bucket_make_writeable($in)) {
            $text = base64_encode($bucket->data);
            $pieces[] = strlen($text) > 400 ? strlen($bucket->data) . ' ' . sha1($bucket->data) : $text;
            $consumed += $bucket->datalen;
            stream_bucket_append($out, $bucket);
        }
        self::$seen[] = $pieces;
        return PSFS_PASS_ON;
    }
}

stream_filter_register('tap', 'tap');
$events = [];
set_error_handler(function ($level, $message) use (&$events) {
    $events[] = [$level, preg_replace('/^\w+\(\): /', '', $message)];
    return true;
});
$take = function () use (&$events) {
    $answer = ['pieces' => tap::$seen, 'events' => $events];
    tap::$seen = $events = [];
    return $answer;
};
$file = tempnam('/tmp', 'filter');
$answers = [];
foreach (json_decode($input, true) as $case) {
    $fp = fopen($file, 'w');
    $args = [$fp, $case['filter'], STREAM_FILTER_WRITE];
    if (array_key_exists('params', $case)) {
        $args[] = $case['params'];
    }
    $made = call_user_func_array('stream_filter_append', $args);
    $answer = ['made' => $made !== false] + $take();
    $answer['steps'] = [];
    if ($made) {
        stream_filter_append($fp, 'tap', STREAM_FILTER_WRITE);
        foreach ($case['steps'] as $step) {
            if ($step === '') {
                fflush($fp);
                $answer['steps'][] = ['answer' => null] + $take();
            } else {
                $answer['steps'][] = ['answer' => fwrite($fp, base64_decode($step))] + $take();
            }
        }
    }
    fclose($fp);
    $answer['close'] = $take();
    $answers[] = $answer;
}
unlink($file);
echo json_encode($answers);

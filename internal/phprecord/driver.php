<?php
// Reads calls from $input, makes them, and prints one JSON line for each.
// Each byte of a string goes out as one code point, so that binary data
// survives JSON.
$seen = [];
set_error_handler(function ($level, $message) use (&$seen) {
    $seen[] = [$level, $message];
    return true;
});
function wide($v) {
    if (is_array($v)) {
        $out = [];
        foreach ($v as $k => $item) {
            $out[is_string($k) ? wide($k) : $k] = wide($item);
        }
        return $out;
    }
    if (!is_string($v)) {
        return $v;
    }
    return preg_replace_callback('/[\x80-\xff]/', function ($m) {
        $c = ord($m[0]);
        return chr(0xC0 | $c >> 6) . chr(0x80 | $c & 0x3F);
    }, $v);
}
foreach (json_decode($input, true) as $call) {
    $seen = $args = $refs = [];
    foreach ($call['args'] as $i => $arg) {
        $args[$i] = is_array($arg) && isset($arg['base64']) ? base64_decode($arg['base64']) : $arg;
    }
    foreach ($call['refs'] as $n => $i) {
        $refs[$n] = null;
        $args[$i] = &$refs[$n];
    }
    ksort($args);
    $answer = ['id' => $call['id']];
    try {
        $value = call_user_func_array($call['func'], $args);
        if ($call['pick'] !== '' && is_array($value)) {
            $value = $value[$call['pick']];
        }
        $answer['return'] = wide($value);
    } catch (Throwable $e) {
        $answer['thrown'] = [get_class($e), $e->getMessage()];
    }
    $answer['refs'] = [];
    foreach ($refs as $r) {
        $answer['refs'][] = wide($r);
    }
    $answer['events'] = wide($seen);
    echo json_encode($answer, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE), "\n";
    unset($args, $refs);
}

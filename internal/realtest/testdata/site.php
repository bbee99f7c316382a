<?php
// The site behind php -S.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
[, $place, $rest] = explode('/', "$path/");
switch ($place) {
    case 'echo':
        header('Content-Type: text/plain');
        echo "$_SERVER[REQUEST_METHOD] $_SERVER[REQUEST_URI] $_SERVER[SERVER_PROTOCOL]\n";
        foreach (getallheaders() as $name => $value) {
            echo "$name: $value\n";
        }
        $body = file_get_contents('php://input');
        echo strlen($body), ' bytes, ', sha1($body), "\n";
        break;
    case 'redirect':
        header('Location: /echo?from=' . $rest, true, (int) $rest);
        echo 'elsewhere';
        break;
    case 'relative':
        if ($rest === 'a') {
            header('Location: there', true, 302);
        } else {
            echo "$_SERVER[REQUEST_METHOD] $_SERVER[REQUEST_URI]\n";
        }
        break;
    case 'loop':
        header('Location: /loop', true, 302);
        break;
    case 'private':
        if (($_SERVER['PHP_AUTH_USER'] ?? '') !== 'ann' || $_SERVER['PHP_AUTH_PW'] !== 'secret word') {
            header('WWW-Authenticate: Basic realm="a"', true, 401);
            echo 'not you';
            break;
        }
        echo "hello ann\n";
        break;
    case 'chunked':
        header('Content-Type: text/plain');
        header('Transfer-Encoding: chunked');
        foreach (['one, ', 'two, ', "three\n"] as $piece) {
            printf("%x\r\n%s\r\n", strlen($piece), $piece);
            flush();
        }
        echo "0\r\n\r\n";
        break;
    case 'packed':
        header('Content-Type: text/plain');
        header('Content-Encoding: gzip');
        echo gzencode(str_repeat("many of the same\n", 1000));
        break;
    case 'short':
        header('Content-Length: 1000');
        echo 'not a thousand';
        break;
    case 'slow':
        usleep(500000);
        echo "at last\n";
        break;
    case 'none':
        http_response_code(404);
        echo "nothing here\n";
        break;
    default:
        return false;
}

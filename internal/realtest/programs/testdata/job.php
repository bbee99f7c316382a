<?php
// What the drivers share: the job, and how an outcome is printed.
function job(): array
{
    return json_decode($_SERVER['argv'][1], true, 16, JSON_THROW_ON_ERROR);
}

// attempt does something and prints how it ended, and after how long.
function attempt(string $what, callable $do): bool
{
    $began = microtime(true);
    $thrown = null;
    try {
        $do();
    } catch (Throwable $thrown) {
    }
    printf("%s: %s after %.2f s\n", $what, $thrown ? 'failed' : 'done', microtime(true) - $began);
    for (; $thrown; $thrown = $thrown->getPrevious()) {
        printf("  %s (%s): %s\n", get_class($thrown), $thrown->getCode(), $thrown->getMessage());
    }
    return $thrown === null;
}

// message is a message's body and its headers, for libraries that make none.
function message(array $job, int $n): array
{
    $headers = "Date: Fri, 13 Feb 2009 23:31:30 +0000\r\nFrom: Ann <ann@example.com>\r\nTo: Bob <bob@example.net>\r\n"
        . "Subject: Message $n\r\nMIME-Version: 1.0\r\n";
    $text = str_replace("\n", "\r\n", $job['text']) . "\r\n";
    if ($job['attach'] === '') {
        return [$text, $headers . 'Content-Type: text/plain; charset=us-ascii'];
    }
    $name = basename($job['attach']);
    $body = "--limit\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n$text\r\n"
        . "--limit\r\nContent-Type: application/octet-stream; name=$name\r\nContent-Transfer-Encoding: base64\r\n"
        . "Content-Disposition: attachment; filename=$name\r\n\r\n" . chunk_split(base64_encode(file_get_contents($job['attach'])))
        . "--limit--\r\n";
    return [$body, $headers . 'Content-Type: multipart/mixed; boundary=limit'];
}

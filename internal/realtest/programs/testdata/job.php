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


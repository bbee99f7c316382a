<?php
// The progress bar. It only ever goes on, so that it needs no terminal.

const WIDTH = 40;

class Bar
{
    private $drawn = 0;

    public function begin($name)
    {
        printf('%-12s[', $name);
        $this->drawn = 0;
    }

    // had draws what was there before.
    public function had($done, $total)
    {
        $this->fill('=', $done, $total);
    }

    public function draw($done, $total)
    {
        $this->fill('#', $done, $total);
    }

    private function fill($mark, $done, $total)
    {
        $full = $total > 0 ? min(WIDTH, intdiv(WIDTH * $done, $total)) : 0;
        if ($full > $this->drawn) {
            echo str_repeat($mark, $full - $this->drawn);
            $this->drawn = $full;
        }
    }

    public function stop($text)
    {
        echo str_repeat(' ', WIDTH - $this->drawn), "] $text\n";
    }
}

<?php
// The demonstration: a server that does not always do as it should, and fetches
// from it.

require __DIR__ . '/server.php';

// demonstrate answers whether all came out as it should.
function demonstrate($dir)
{
    echo "A server that does not always do as it should, and what is fetched from it:\n\n";
    [$nobody, $none] = bind(STREAM_SERVER_BIND);
    [$place, $stop] = start_server();
    $file = "$dir/page";
    $ok = true;
    // What is asked for, and how it is called here; the limit; which version of the page
    // comes of it, 0 where none does.
    foreach ([
        ["http://$place/whole", 'whole', 1000000, 1],
        ["http://$place/moved", 'moved', 1000000, 1],
        ["http://$place/breaks", 'breaks off', 1000000, 1],
        ["http://$place/changes", 'changes', 1000000, 2],
        ["http://$place/ignores", 'sends all', 1000000, 1],
        ["http://$place/untagged", 'has no tag', 1000000, 1],
        ["http://$place/stalls", 'stalls', 1000000, 1],
        ["http://$place/whole", 'too large', 999999, 0],
        ["http://$place/endless", 'endless', 999999, 0],
        ["http://$place/none", 'not there', 1000000, 0],
        ["http://$none/", 'nobody', 1000000, 0],
    ] as [$url, $name, $limit, $version]) {
        $bar = new Bar();
        $bar->begin($name);
        $fetch = new Fetch($bar);
        $fetch->timeout = 2.0;
        $fetch->limit = $limit;
        $done = $fetch->run($url, $file);
        $got = $done ? file_get_contents($file) : '';
        if ($done !== ($version > 0) || $got !== ($version > 0 ? page($version) : '') || file_exists("$file.part")) {
            $ok = false;
        }
        if ($done) {
            unlink($file);
        }
    }
    $stop();
    fclose($nobody);
    return $ok;
}

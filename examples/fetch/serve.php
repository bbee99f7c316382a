<?php
// The server's process.

require __DIR__ . '/server.php';

[$server, $name] = bind(STREAM_SERVER_BIND | STREAM_SERVER_LISTEN);
echo "$name\n";
(new Server())->run($server);

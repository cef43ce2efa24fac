<?php

// What Laravel's own cache finds under keys: php laravel.php HOST PORT REDIS_PREFIX CACHE_PREFIX KEY...
// Prints a line of JSON with the values; `put:KEY=JSON` stores one first, `increment:KEY` counts it up.
require '/usr/share/php/Illuminate/Redis/autoload.php';
require '/usr/share/php/Illuminate/Cache/autoload.php';

[, $host, $port, $redisPrefix, $cachePrefix] = $argv;
$connection = (new Illuminate\Redis\Connectors\PhpRedisConnector())->connect(
    ['host' => $host, 'port' => (int) $port, 'database' => 0],
    ['prefix' => $redisPrefix],
);
$factory = new class($connection) implements Illuminate\Contracts\Redis\Factory {
    public function __construct(private $connection)
    {
    }

    public function connection($name = null)
    {
        return $this->connection;
    }
};
$cache = new Illuminate\Cache\Repository(new Illuminate\Cache\RedisStore($factory, $cachePrefix));
$values = [];
foreach (array_slice($argv, 5) as $key) {
    if (str_starts_with($key, 'put:')) {
        [$key, $json] = explode('=', substr($key, 4), 2);
        $cache->put($key, json_decode($json, true), 600);
    }
    if (str_starts_with($key, 'increment:')) {
        $key = substr($key, 10);
        $cache->increment($key);
    }
    $values[$key] = $cache->get($key);
}
echo json_encode($values), "\n";

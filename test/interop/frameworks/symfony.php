<?php

// Writes items with tags through Symfony's own RedisTagAwareAdapter: php symfony.php HOST PORT NAMESPACE
require '/usr/share/php/Symfony/Component/Cache/autoload.php';

use Symfony\Component\Cache\Adapter\RedisTagAwareAdapter;

[, $host, $port, $namespace] = $argv;
$redis = new Redis();
$redis->connect($host, (int) $port);
$cache = new RedisTagAwareAdapter($redis, $namespace);
foreach (['a' => ['news', 'home'], 'b' => ['news'], 'c' => ['home'], 'd' => []] as $key => $tags) {
    $item = $cache->getItem($key);
    $item->set(['name' => 'Zoë']);
    $item->tag($tags);
    $cache->save($item);
}

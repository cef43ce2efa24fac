# Writes entries through Rails' own RedisCacheStore: ruby rails.rb REDIS_URL NAMESPACE
require "active_support"
require "active_support/cache"
require "active_support/cache/redis_cache_store"
require "active_support/core_ext/object/to_param"
require "active_support/core_ext/object/to_query"

store = ActiveSupport::Cache::RedisCacheStore.new(url: ARGV[0], namespace: ARGV[1])
[
  "user:42",
  ["user", 1, { a: 1 }],
  ["views", ["a", nil, true], { b: "x", a: 2 }],
  { b: 2, a: 1 },
  "glob [a-z]*?",
  "k" * 1100,
  "é" * 600,
].each { |key| store.write(key, { "name" => "Zoë" }) }

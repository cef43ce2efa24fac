# What Rails finds under keys that were written raw, as a line of JSON: ruby rails-read.rb URL NAMESPACE KEY...
require 'json'
require 'active_support'
require 'active_support/cache'
require 'active_support/cache/redis_cache_store'

url, namespace, *keys = ARGV
cache = ActiveSupport::Cache::RedisCacheStore.new(url: url, namespace: namespace)
puts keys.to_h { |key| [key, cache.read(key, raw: true)] }.to_json

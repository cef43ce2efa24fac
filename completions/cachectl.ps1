# PowerShell completion for cachectl, made from its commands.
# In the file that $PROFILE names: cachectl completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'cachectl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # The words that can follow a path, and the flags of a command, each with what it means.
    $branches = @{
        '' = [ordered]@{ 'warm' = 'Fill the cache by calling the application''s own endpoints'; 'clear' = 'Delete keys, by name, by pattern or by framework address'; 'restore' = 'Put back the keys of a backup that clear has written'; 'keys' = 'List keys as a stream, with type, TTL, size and idle time'; 'ttl' = 'Change how long keys live: set, extend, cap or persist'; 'namespace' = 'list, get, bump, rollback, gc'; 'inspect' = 'Show what is stored under a key, and for how long'; 'stats' = 'Report hit rate, memory, keys and evictions, and check them in CI'; 'loadtest' = 'Measure what the cache is worth, and what load the application holds'; 'ping' = 'Check every server of a connection: reachable, how fast, what it is, what it permits'; 'doctor' = 'Check the whole way from here to the cache, and say how to mend what is wrong'; 'init' = 'Write a spec file for this application, asking what matters and trying it at once'; 'key' = 'explain, for'; 'layout' = 'detect'; 'config' = 'validate, show, schema'; 'completion' = 'Print the script that completes command lines in your shell'; 'demo' = 'Try everything on a private Redis and a sample shop'; 'help' = 'Help about a command, or about patterns, exit-codes, environment or safety' }
        'namespace' = [ordered]@{ 'list' = 'Show the versions of namespaces, with their keys and memory'; 'get' = 'Print the current version of a namespace'; 'bump' = 'Raise the version of namespaces: all of their keys are old at once'; 'rollback' = 'Go back to the version before, while its keys live'; 'gc' = 'Remove the keys of versions that nobody reads any more' }
        'key' = [ordered]@{ 'explain' = 'Take a physical key apart: layout, prefix, version, what it is'; 'for' = 'Print the physical keys of a logical key or a framework address, one a line' }
        'layout' = [ordered]@{ 'detect' = 'Sample the keyspace, say which layout fits and why, and print the block to paste' }
        'config' = [ordered]@{ 'validate' = 'Check the spec file and report every mistake at once'; 'show' = 'Show every effective setting and where it came from, secrets masked'; 'schema' = 'Print the JSON Schema of the spec file, for editors' }
    }
    $commandFlags = @{
        'warm' = [ordered]@{ '--scope' = 'scope of the spec file; all is every scope'; '--limit' = 'at most so many targets of each scope, or of one'; '--concurrency' = 'requests under way at once'; '--concurrency-per-host' = 'the same, on one host'; '--rate' = 'at most so many requests in a time, as in 50/s or 600/m'; '--adaptive' = 'begin with few requests at once, and make them more as long as the origin does not grow slow'; '--only-missing' = 'leave alone what is in the cache already'; '--force' = 'request and store everything anew, changed or not'; '--certify' = 'call touched endpoints twice: the second answer has to come from a cache'; '--lock' = 'where another run warms the same scope: wait for it, leave it to it, or take no notice'; '--max-failures' = 'stop as soon as more targets than this have failed'; '--stop-on-failure' = 'stop at the first failure'; '--allow-failures' = 'exit 0 also where targets failed'; '--next-version' = 'fill the next version of the namespaces while the current one serves, and then switch to it'; '--activate-if' = 'with --next-version: switch only then; otherwise remove what was filled'; '--targets' = 'with --json: every target in the report (-o ndjson streams them)'; '--report' = 'write the report as one page'; '--dry-run' = 'show the plan: ask the sources of variables, request and store nothing'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'clear' = [ordered]@{ '--pattern' = 'keys that match: * ? [a-z] [^a] \; with several, those that match any'; '--keys-from' = 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin'; '--null' = 'keys are parted by NUL bytes, as find -print0 does'; '--scope' = 'the keys that warm fills for a scope of the spec file; all is every scope'; '--all' = 'every key of the layout, or of the database where it has no prefix'; '--exclude' = 'but not keys that match'; '--regex' = 'only keys in which it matches; checked here, after the pattern, in linear time'; '--type' = 'only string, list, set, zset, hash or stream'; '--ttl' = 'only keys with this life left: none, ''<5m'', ''>1h'''; '--idle' = 'only keys not used for this long: ''>7d'''; '--size' = 'only keys that take this much memory: ''>1MB'''; '--limit' = 'at most so many keys'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--dry-run' = 'count and show what would be deleted; delete nothing'; '--plan' = 'write what would be deleted there, for clear --apply; delete nothing'; '--max-keys' = 'delete nothing, and exit 7, where more keys match'; '--backup' = 'write every key there before it goes, for cachectl restore'; '--soft' = 'let the keys expire, spread over this time, instead of deleting them at once'; '--resume' = 'where an interrupted run keeps its place, and the next one goes on from'; '--rate' = 'the most keys to remove a second'; '--max-latency' = 'go slower while small commands of other clients take longer than this (off: never)'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned'; '--apply' = 'delete exactly the keys of a plan, if it is still the same Redis'; '--max-age' = 'how old a plan may be'; '--rewarm' = 'with --scope: clear and warm chunk by chunk, so that the cache is never cold'; '--chunk' = 'keys to clear and warm at a time'; '--max-failures' = 'failures of warming after which the rest is left as it was'; '--flush' = 'with --all: empty the whole database with FLUSHDB ASYNC' }
        'restore' = [ordered]@{ '--replace' = 'write over keys that exist; otherwise they are left as they are'; '--pattern' = 'only the keys that match; with several, those that match any'; '--dry-run' = 'check the file and count; write nothing'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned' }
        'keys' = [ordered]@{ '--pattern' = 'keys that match: * ? [a-z] [^a] \; with several, those that match any'; '--keys-from' = 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin'; '--scope' = 'the keys that warm fills for a scope of the spec file; all is every scope'; '--all' = 'every key of the layout, or of the database where it has no prefix'; '--exclude' = 'but not keys that match'; '--regex' = 'only keys in which it matches; checked here, after the pattern, in linear time'; '--type' = 'only string, list, set, zset, hash or stream'; '--ttl' = 'only keys with this life left: none, ''<5m'', ''>1h'''; '--idle' = 'only keys not used for this long: ''>7d'''; '--size' = 'only keys that take this much memory: ''>1MB'''; '--limit' = 'at most so many keys'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--null' = 'part keys by NUL bytes, here and in --keys-from, for xargs -0'; '--with' = 'show as well: type, ttl, size, idle; parted by commas'; '--sort' = 'the keys with the shortest life, the largest, or the longest unused'; '--top' = 'how many keys --sort shows'; '--count' = 'the number of keys alone' }
        'ttl' = [ordered]@{ '--set' = 'live exactly so long from now on'; '--jitter' = 'with --set: so much more or less, so that not all expire at once'; '--extend' = 'live so much longer, where there is an end'; '--cap' = 'live at most so long; never longer than before'; '--persist' = 'never expire'; '--only-missing' = 'with --set: only keys that never expire'; '--dry-run' = 'show what would change; change nothing'; '--pattern' = 'keys that match: * ? [a-z] [^a] \; with several, those that match any'; '--keys-from' = 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin'; '--null' = 'keys are parted by NUL bytes, as find -print0 does'; '--scope' = 'the keys that warm fills for a scope of the spec file; all is every scope'; '--all' = 'every key of the layout, or of the database where it has no prefix'; '--exclude' = 'but not keys that match'; '--regex' = 'only keys in which it matches; checked here, after the pattern, in linear time'; '--type' = 'only string, list, set, zset, hash or stream'; '--ttl' = 'only keys with this life left: none, ''<5m'', ''>1h'''; '--idle' = 'only keys not used for this long: ''>7d'''; '--size' = 'only keys that take this much memory: ''>1MB'''; '--limit' = 'at most so many keys'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned' }
        'namespace list' = [ordered]@{ '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'namespace get' = [ordered]@{ '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'namespace bump' = [ordered]@{ '--dry-run' = 'show what would change; change nothing'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned' }
        'namespace rollback' = [ordered]@{ '--to' = 'to this version'; '--dry-run' = 'show what would change; change nothing'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned' }
        'namespace gc' = [ordered]@{ '--keep' = 'how many older versions stay'; '--dry-run' = 'count and show what would be deleted; delete nothing'; '--plan' = 'write what would be deleted there, for clear --apply; delete nothing'; '--max-keys' = 'delete nothing, and exit 7, where more keys match'; '--backup' = 'write every key there before it goes, for cachectl restore'; '--soft' = 'let the keys expire, spread over this time, instead of deleting them at once'; '--resume' = 'where an interrupted run keeps its place, and the next one goes on from'; '--rate' = 'the most keys to remove a second'; '--max-latency' = 'go slower while small commands of other clients take longer than this (off: never)'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned'; '--exclude' = 'but not keys that match'; '--regex' = 'only keys in which it matches; checked here, after the pattern, in linear time'; '--type' = 'only string, list, set, zset, hash or stream'; '--ttl' = 'only keys with this life left: none, ''<5m'', ''>1h'''; '--idle' = 'only keys not used for this long: ''>7d'''; '--size' = 'only keys that take this much memory: ''>1MB'''; '--limit' = 'at most so many keys'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'inspect' = [ordered]@{ '--max-bytes' = 'show at most so much of a value'; '--max-items' = 'show at most so many items of a hash, list, set, sorted set or stream'; '--decode' = 'how values were stored, from the outside to the inside (zlib,pickle); none shows the bytes'; '--max-decode' = 'read at most so much of a value to decode it, and decompress to no more'; '--raw-value' = 'write the bytes of one string to stdout, exactly as they are stored'; '--to' = 'write them to a file instead'; '--no-value' = 'leave the value out'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'stats' = [ordered]@{ '--assert' = 'fail with exit 6 unless it holds: ''hit_rate >= 80'''; '--per-node' = 'show every primary of a cluster as well' }
        'loadtest' = [ordered]@{ '--scope' = 'scope of the spec file; all is every scope'; '--requests-from' = 'requests to replay with their mix: addresses or paths, an access log, or a HAR file'; '--limit' = 'at most so many targets of each scope or file'; '--weight' = 'how often a scope, path or address is requested, beside 1'; '--distribution' = 'which targets are popular: turns, uniform, zipf:1.1 or hotspot:90/10'; '--seed' = 'repeat a run: the same targets at the same moments'; '--allow-remote' = 'put load on this host, although it is not this machine'; '--connections' = 'closed load: requests under way at once'; '--requests' = 'requests in all; when comparing, for each endpoint and phase'; '--duration' = 'how long; when comparing, for each endpoint and phase'; '--rate' = 'open load: requests on schedule, whatever the answers do: 500/s'; '--stages' = 'open load that changes evenly: ''30s:100/s,1m:500/s,10s:0'''; '--arrivals' = 'evenly, or as independent visitors come'; '--max-in-flight' = 'open load: the most requests under way; more wait their turn, and drop out in the end'; '--warmup' = 'at the beginning, left out of the figures'; '--request-timeout' = 'time limit of one request'; '--workers' = 'threads that generate load; auto is one for each core'; '--compare' = 'what to hold side by side for a scope; none is load alone'; '--count-header' = 'a number in the answers to average, such as X-DB-Queries'; '--confirm' = 'the target''s name, where a protected connection is concerned'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'ping' = [ordered]@{ '--count' = 'round trips to measure at each server'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'doctor' = [ordered]@{ '--strict' = 'exit 6 also where there are only warnings'; '--hit-rate' = 'warn where fewer reads than this find their key'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'init' = [ordered]@{ '--origin' = 'address of the application'; '--path' = 'first scope: this path of the application'; '--sitemap' = 'first scope: what a sitemap of the application lists'; '--access-log' = 'first scope: what this log says is asked for most'; '--scope-name' = 'what the first scope is called'; '--limit' = 'targets of a scope from a sitemap or a log'; '--mode' = 'store the answers, or only call an application that fills its cache itself'; '--force' = 'write over a file that is there'; '--no-check' = 'try neither Redis nor the application'; '--no-schema' = 'write no cachectl.schema.json beside it, which editors complete from'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' }
        'key explain' = [ordered]@{ '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"''' }
        'key for' = [ordered]@{ '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"''' }
        'layout detect' = [ordered]@{ '--sample' = 'look at so many keys at most'; '--within' = 'look no longer than this' }
        'config validate' = [ordered]@{}
        'config show' = [ordered]@{}
        'config schema' = [ordered]@{}
        'completion' = [ordered]@{}
        'demo' = [ordered]@{ '--keep' = 'leave both servers up until Ctrl-C'; '--install' = 'install a Redis server with the system package manager where there is none' }
        'help' = [ordered]@{}
    }
    $redisFlags = [ordered]@{ '--user' = 'ACL user name'; '--password' = 'password; others can see it on the command line'; '--password-file' = 'file whose first line is the password; - is stdin'; '--askpass' = 'ask for the password'; '--sentinel-user' = 'ACL user name at the Sentinels'; '--sentinel-password-file' = 'file with the password of the Sentinels'; '--tls' = 'talk TLS, as rediss:// does'; '--tls-ca' = 'trust these authorities (PEM) instead of the system’’s'; '--tls-cert' = 'client certificate (PEM)'; '--tls-key' = 'key of the client certificate (PEM)'; '--tls-server-name' = 'the name in the certificate, where it is not the host'; '--tls-skip-verify' = 'trust any certificate; never for a protected connection'; '--protocol' = 'RESP version to speak'; '--client-name' = 'what CLIENT LIST shows'; '--read-from' = 'where commands that only read read'; '--nat-map' = 'a cluster node’’s own host:port, and how it is reached from here'; '--connect-timeout' = 'the longest wait for a connection'; '--command-timeout' = 'the longest wait for a reply'; '--connect-retries' = 'further attempts to connect'; '--on-unavailable' = 'where Redis cannot be reached: fail with exit 3, or skip with a warning and exit 0' }
    $globalFlags = [ordered]@{ '--config' = 'spec file (default: cachectl.yaml from here upward)'; '--url' = 'Redis to talk to, as redis://user:password@host:port/db'; '--env' = 'connection of the spec file to use'; '--output' = 'output format: table, json, ndjson, csv or markdown'; '--json' = 'short for --output json'; '--quiet' = 'only results and errors'; '--verbose' = 'say more on stderr: connections, retries, stack traces'; '--no-color' = 'no colours'; '--no-pager' = 'never show long results in $PAGER'; '--no-input' = 'never ask; fail where an answer is needed'; '--timeout' = 'time limit of the whole command'; '--help' = 'show help'; '--version' = 'show the version' }
    $redisCommands = @('warm', 'clear', 'restore', 'keys', 'ttl', 'namespace list', 'namespace get', 'namespace bump', 'namespace rollback', 'namespace gc', 'inspect', 'stats', 'loadtest', 'ping', 'doctor', 'init', 'key for', 'layout detect')
    # What the values of flags are: by command and flag, or by flag alone.
    $values = @{
        '--user' = 'any'
        '--password' = 'any'
        '--sentinel-user' = 'any'
        '--tls-server-name' = 'any'
        '--client-name' = 'any'
        '--nat-map' = 'any'
        '--connect-timeout' = 'any'
        '--command-timeout' = 'any'
        '--connect-retries' = 'any'
        '--url' = 'any'
        '--timeout' = 'any'
        '--limit' = 'any'
        '--concurrency' = 'any'
        '--concurrency-per-host' = 'any'
        '--rate' = 'any'
        '--max-failures' = 'any'
        '--activate-if' = 'any'
        '--key-version' = 'any'
        '--regex' = 'any'
        '--type' = 'any'
        '--ttl' = 'any'
        '--idle' = 'any'
        '--size' = 'any'
        '--django-view' = 'any'
        '--method' = 'any'
        '--header' = 'any'
        '--django-fragment' = 'any'
        '--vary' = 'any'
        '--django-session' = 'any'
        '--rails-key' = 'any'
        '--spring-cache' = 'any'
        '--max-keys' = 'any'
        '--soft' = 'any'
        '--max-latency' = 'any'
        '--confirm' = 'any'
        '--max-age' = 'any'
        '--chunk' = 'any'
        '--with' = 'any'
        '--top' = 'any'
        'ping --count' = 'any'
        '--set' = 'any'
        '--jitter' = 'any'
        '--extend' = 'any'
        '--cap' = 'any'
        'namespace rollback --to' = 'any'
        'namespace gc --keep' = 'any'
        '--max-bytes' = 'any'
        '--max-items' = 'any'
        '--decode' = 'any'
        '--max-decode' = 'any'
        '--weight' = 'any'
        '--distribution' = 'any'
        '--seed' = 'any'
        '--allow-remote' = 'any'
        '--connections' = 'any'
        '--requests' = 'any'
        '-n' = 'any'
        '--duration' = 'any'
        '-d' = 'any'
        '--stages' = 'any'
        '--max-in-flight' = 'any'
        '--warmup' = 'any'
        '--request-timeout' = 'any'
        '--workers' = 'any'
        '--count-header' = 'any'
        '--hit-rate' = 'any'
        '--origin' = 'any'
        '--path' = 'any'
        '--sitemap' = 'any'
        '--scope-name' = 'any'
        '--sample' = 'any'
        '--within' = 'any'
        '--password-file' = 'file'
        '--sentinel-password-file' = 'file'
        '--tls-ca' = 'file'
        '--tls-cert' = 'file'
        '--tls-key' = 'file'
        '--config' = 'file'
        '-c' = 'file'
        '--report' = 'file'
        '--keys-from' = 'file'
        '--plan' = 'file'
        '--backup' = 'file'
        '--resume' = 'file'
        '--audit' = 'file'
        '--apply' = 'file'
        'inspect --to' = 'file'
        '--requests-from' = 'file'
        '--access-log' = 'file'
        '--protocol' = 'words 2 3'
        '--read-from' = 'words primary replica'
        '--on-unavailable' = 'words fail skip'
        '--env' = 'lookup connections'
        '-e' = 'lookup connections'
        ' --output' = 'words table tree json ndjson csv markdown junit prometheus hdr'
        ' -o' = 'words table tree json ndjson csv markdown junit prometheus hdr'
        'warm --output' = 'words table json ndjson csv markdown'
        'warm -o' = 'words table json ndjson csv markdown'
        'clear --output' = 'words table json'
        'restore --output' = 'words table json'
        'ttl --output' = 'words table json'
        'namespace get --output' = 'words table json'
        'namespace bump --output' = 'words table json'
        'namespace rollback --output' = 'words table json'
        'namespace gc --output' = 'words table json'
        'inspect --output' = 'words table json'
        'init --output' = 'words table json'
        'key explain --output' = 'words table json'
        'layout detect --output' = 'words table json'
        'config validate --output' = 'words table json'
        'clear -o' = 'words table json'
        'restore -o' = 'words table json'
        'ttl -o' = 'words table json'
        'namespace get -o' = 'words table json'
        'namespace bump -o' = 'words table json'
        'namespace rollback -o' = 'words table json'
        'namespace gc -o' = 'words table json'
        'inspect -o' = 'words table json'
        'init -o' = 'words table json'
        'key explain -o' = 'words table json'
        'layout detect -o' = 'words table json'
        'config validate -o' = 'words table json'
        'keys --output' = 'words table json ndjson csv'
        'keys -o' = 'words table json ndjson csv'
        'namespace list --output' = 'words table json csv markdown'
        'stats --output' = 'words table json csv markdown'
        'ping --output' = 'words table json csv markdown'
        'doctor --output' = 'words table json csv markdown'
        'config show --output' = 'words table json csv markdown'
        'namespace list -o' = 'words table json csv markdown'
        'stats -o' = 'words table json csv markdown'
        'ping -o' = 'words table json csv markdown'
        'doctor -o' = 'words table json csv markdown'
        'config show -o' = 'words table json csv markdown'
        'loadtest --output' = 'words table json csv markdown hdr'
        'loadtest -o' = 'words table json csv markdown hdr'
        'key for --output' = 'words table json ndjson'
        'key for -o' = 'words table json ndjson'
        'config schema --output' = 'words json'
        'config schema -o' = 'words json'
        'completion --output' = 'words table'
        'demo --output' = 'words table'
        'help --output' = 'words table'
        'completion -o' = 'words table'
        'demo -o' = 'words table'
        'help -o' = 'words table'
        '--scope' = 'lookup scopes'
        '-s' = 'lookup scopes'
        '--lock' = 'words wait skip off'
        '--layout' = 'words plain django rails laravel spring symfony wordpress keyv'
        '--pattern' = 'lookup keys'
        '-p' = 'lookup keys'
        '--exclude' = 'lookup keys'
        '--laravel-tag' = 'lookup tags'
        '--symfony-tag' = 'lookup tags'
        '--wordpress-group' = 'lookup groups'
        '--sort' = 'words ttl size idle'
        '--assert' = 'lookup metrics'
        '--arrivals' = 'words constant poisson'
        '--compare' = 'words origin,cache none'
        '--mode' = 'words store touch'
    }
    # What arguments are: by command and position.
    $arguments = @{
        'clear *' = 'lookup keys'
        'restore 1' = 'file'
        'keys *' = 'lookup keys'
        'ttl *' = 'lookup keys'
        'namespace list *' = 'any'
        'namespace get *' = 'any'
        'namespace bump *' = 'any'
        'namespace rollback 1' = 'any'
        'namespace gc *' = 'any'
        'inspect *' = 'lookup keys'
        'key explain *' = 'lookup keys'
        'key for *' = 'lookup keys'
        'completion 1' = 'words bash zsh fish powershell'
        'help *' = 'lookup topics'
    }

    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or ($_.Extent.EndOffset -eq $cursorPosition -and $wordToComplete -eq '') } |
        ForEach-Object { $_.Extent.Text.Trim('"', "'") })
    $at = ''
    $flag = $null
    $ended = $false
    $position = 1
    foreach ($word in ($words | Select-Object -Skip 1)) {
        if ($null -ne $flag) { $flag = $null; continue }
        if (-not $ended -and $word -ceq '--') { $ended = $true; continue }
        if (-not $ended -and $word.StartsWith('-')) {
            if ($values.ContainsKey("$at $word") -or $values.ContainsKey($word)) { $flag = $word }
            continue
        }
        $next = "$at $word".Trim()
        if ($branches.ContainsKey($at) -and $branches[$at].Contains($word)) { $at = $next } else { $position++ }
    }

    $inline = ''
    $current = $wordToComplete.Trim('"', "'")
    if ($null -eq $flag -and -not $ended -and $current -match '^(--[^=]+)=(.*)$') {
        $flag = $Matches[1]
        $inline = "$flag="
        $current = $Matches[2]
    }
    elseif ($null -eq $flag -and -not $ended -and $current.StartsWith('-')) {
        $offers = @($commandFlags[$at], $globalFlags)
        if ($redisCommands -contains $at) { $offers += $redisFlags }
        foreach ($offer in $offers) {
            if ($null -eq $offer) { continue }
            foreach ($name in $offer.Keys) {
                if ($name.StartsWith($current)) {
                    [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterName', $offer[$name])
                }
            }
        }
        return
    }
    elseif ($null -eq $flag -and $branches.ContainsKey($at)) {
        foreach ($name in $branches[$at].Keys) {
            if ($name.StartsWith($current)) {
                [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $branches[$at][$name])
            }
        }
        return
    }

    $kind = $null
    if ($null -ne $flag) {
        $kind = $values["$at $flag"]
        if ($null -eq $kind) { $kind = $values[$flag] }
    }
    else {
        $kind = $arguments["$at $position"]
        if ($null -eq $kind) { $kind = $arguments["$at *"] }
    }
    # Nothing said leaves it to PowerShell, which completes files.
    if ($null -eq $kind -or $kind -ceq 'any' -or $kind -ceq 'file') { return }
    $what, $rest = $kind -split ' ', 2
    $offers = if ($what -ceq 'words') { $rest -split ' ' }
    else { & $words[0] __complete $rest "$current" @($words | Select-Object -Skip 1) 2>$null }
    foreach ($offer in $offers) {
        if ($offer.StartsWith($current)) {
            [System.Management.Automation.CompletionResult]::new("$inline$offer", $offer, 'ParameterValue', $offer)
        }
    }
}

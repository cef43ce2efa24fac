# PowerShell completion for cachectl, made from its commands.
# In the file that $PROFILE names: cachectl completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'cachectl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # The words that can follow a path, and the flags of a command, each with what it means.
    $branches = @{
        '' = [ordered]@{ 'warm' = 'Fill the cache by calling the application''s own endpoints'; 'verify' = 'Compare what is cached with what the application answers now'; 'clear' = 'Delete keys, by name, by pattern or by framework address'; 'restore' = 'Put back the keys of a backup that clear has written'; 'keys' = 'List keys as a stream, with type, TTL, size and idle time'; 'ttl' = 'Change how long keys live: set, extend, cap or persist'; 'tags' = 'list, show, add, repair'; 'invalidate' = 'Say that something changed: clear, bump, purge and warm what the spec file says'; 'deploy' = 'What a deploy does to the cache: a rule of the spec file, then its budgets, as one report'; 'listen' = 'Carry out the rules of the spec file as the application''s events come in'; 'dead-letters' = 'list, replay'; 'namespace' = 'list, get, bump, rollback, gc'; 'inspect' = 'Show what is stored under a key, and for how long'; 'stats' = 'Report hit rate, memory, keys and evictions, and check them in CI'; 'analyze' = 'Show what the memory goes to: by prefix, pattern, type and TTL, and what to do about it'; 'loadtest' = 'Measure what the cache is worth, and what load the application holds'; 'ping' = 'Check every server of a connection: reachable, how fast, what it is, what it permits'; 'doctor' = 'Check the whole way from here to the cache, and say how to mend what is wrong'; 'init' = 'Write a spec file for this application, asking what matters and trying it at once'; 'key' = 'explain, for'; 'layout' = 'detect'; 'config' = 'validate, show, schema'; 'completion' = 'Print the script that completes command lines in your shell'; 'demo' = 'Try everything on a private Redis and a sample shop'; 'help' = 'Help about a command, or about patterns, exit-codes, environment or safety' }
        'tags' = [ordered]@{ 'list' = 'Show the tags of keys, with how many keys each has and how many are gone'; 'show' = 'Show the keys of tags, and how long they live'; 'add' = 'Give a key tags, so that it can be cleared with them'; 'repair' = 'Make the index of tags right again: orphans out, lost keys in, expiries as they should be' }
        'dead-letters' = [ordered]@{ 'list' = 'Show the events that `listen` has set aside, and why'; 'replay' = 'Put events that were set aside back into their stream, to be carried out again' }
        'namespace' = [ordered]@{ 'list' = 'Show the versions of namespaces, with their keys and memory'; 'get' = 'Print the current version of a namespace'; 'bump' = 'Raise the version of namespaces: all of their keys are old at once'; 'rollback' = 'Go back to the version before, while its keys live'; 'gc' = 'Remove the keys of versions that nobody reads any more' }
        'stats' = [ordered]@{ 'diff' = 'Tell what a deploy did to the cache, from a report before it and one after it' }
        'key' = [ordered]@{ 'explain' = 'Take a physical key apart: layout, prefix, version, what it is'; 'for' = 'Print the physical keys of a logical key or a framework address, one a line' }
        'layout' = [ordered]@{ 'detect' = 'Sample the keyspace, say which layout fits and why, and print the block to paste' }
        'config' = [ordered]@{ 'validate' = 'Check the spec file and report every mistake at once'; 'show' = 'Show every effective setting and where it came from, secrets masked'; 'schema' = 'Print the JSON Schema of the spec file, for editors' }
    }
    $commandFlags = @{
        'warm' = [ordered]@{ '--scope' = 'scope of the spec file; all is every scope'; '--limit' = 'at most so many targets of each scope, or of one'; '--where' = 'only targets whose variables meet it: ''id == 42''; with several, those that meet any'; '--concurrency' = 'requests under way at once'; '--concurrency-per-host' = 'the same, on one host'; '--rate' = 'at most so many requests in a time, as in 50/s or 600/m'; '--adaptive' = 'begin with few requests at once, and make them more as long as the origin does not grow slow'; '--only-missing' = 'leave alone what is in the cache already'; '--force' = 'request and store everything anew, changed or not'; '--certify' = 'call touched endpoints twice: the second answer has to come from a cache'; '--lock' = 'where another run warms the same scope: wait for it, leave it to it, or take no notice'; '--max-failures' = 'stop as soon as more targets than this have failed'; '--stop-on-failure' = 'stop at the first failure'; '--allow-failures' = 'exit 0 also where targets failed'; '--next-version' = 'fill the next version of the namespaces while the current one serves, and then switch to it'; '--activate-if' = 'with --next-version: switch only then; otherwise remove what was filled'; '--targets' = 'with --json: every target in the report (-o ndjson streams them)'; '--report' = 'write the report as one page'; '--dry-run' = 'show the plan: ask the sources of variables, request and store nothing'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'verify' = [ordered]@{ '--scope' = 'scope of the spec file; all is every scope'; '--limit' = 'look at so many targets at most'; '--concurrency' = 'requests under way at once'; '--concurrency-per-host' = 'the same, on one host'; '--rate' = 'at most so many requests in a time, as in 50/s or 600/m'; '--adaptive' = 'begin with few requests at once, and make them more while the origin keeps up'; '--fix' = 'warm again what differs or cannot be decoded'; '--assert' = 'fail with exit 6 unless it holds: ''stale <= 1%'', ''missing == 0'''; '--allow-no-data' = 'let an assertion pass where nothing could be compared'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'clear' = [ordered]@{ '--pattern' = 'keys that match: * ? [a-z] [^a] \; with several, those that match any'; '--keys-from' = 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin'; '--null' = 'keys are parted by NUL bytes, as find -print0 does'; '--scope' = 'the keys that warm fills for a scope of the spec file; all is every scope'; '--all' = 'every key of the layout, or of the database where it has no prefix'; '--tag' = 'the keys with this tag, of cachectl''s own tags (docs/tags.md); frameworks'' tags have flags of their own'; '--match' = 'of several --tag: keys with any of the tags, or with all of them'; '--exclude' = 'but not keys that match'; '--regex' = 'only keys in which it matches; checked here, after the pattern, in linear time'; '--type' = 'only string, list, set, zset, hash or stream'; '--ttl' = 'only keys with this life left: none, ''<5m'', ''>1h'''; '--idle' = 'only keys not used for this long: ''>7d'''; '--size' = 'only keys that take this much memory: ''>1MB'''; '--limit' = 'at most so many keys'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--dry-run' = 'count and show what would be deleted; delete nothing'; '--plan' = 'write what would be deleted there, for --apply; delete nothing'; '--max-keys' = 'delete nothing, and exit 7, where more keys match'; '--backup' = 'write every key there before it goes, for cachectl restore'; '--soft' = 'let the keys expire, spread over this time, instead of deleting them at once'; '--resume' = 'where an interrupted run keeps its place, and the next one goes on from'; '--rate' = 'the most keys to remove a second'; '--max-latency' = 'go slower while small commands of other clients take longer than this (off: never)'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned'; '--apply' = 'delete exactly the keys of a plan, if it is still the same Redis'; '--max-age' = 'how old a plan may be'; '--rewarm' = 'with --scope: clear and warm chunk by chunk, so that the cache is never cold'; '--chunk' = 'keys to clear and warm at a time'; '--max-failures' = 'failures of warming after which the rest is left as it was'; '--flush' = 'with --all: empty the whole database with FLUSHDB ASYNC' }
        'restore' = [ordered]@{ '--replace' = 'write over keys that exist; otherwise they are left as they are'; '--pattern' = 'only the keys that match; with several, those that match any'; '--dry-run' = 'check the file and count; write nothing'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned' }
        'keys' = [ordered]@{ '--pattern' = 'keys that match: * ? [a-z] [^a] \; with several, those that match any'; '--keys-from' = 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin'; '--scope' = 'the keys that warm fills for a scope of the spec file; all is every scope'; '--all' = 'every key of the layout, or of the database where it has no prefix'; '--tag' = 'the keys with this tag, of cachectl''s own tags (docs/tags.md); frameworks'' tags have flags of their own'; '--match' = 'of several --tag: keys with any of the tags, or with all of them'; '--exclude' = 'but not keys that match'; '--regex' = 'only keys in which it matches; checked here, after the pattern, in linear time'; '--type' = 'only string, list, set, zset, hash or stream'; '--ttl' = 'only keys with this life left: none, ''<5m'', ''>1h'''; '--idle' = 'only keys not used for this long: ''>7d'''; '--size' = 'only keys that take this much memory: ''>1MB'''; '--limit' = 'at most so many keys'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--null' = 'part keys by NUL bytes, here and in --keys-from, for xargs -0'; '--with' = 'show as well: type, ttl, size, idle; parted by commas'; '--sort' = 'the keys with the shortest life, the largest, or the longest unused'; '--top' = 'how many keys --sort shows'; '--count' = 'the number of keys alone' }
        'ttl' = [ordered]@{ '--set' = 'live exactly so long from now on'; '--jitter' = 'with --set: so much more or less, so that not all expire at once'; '--extend' = 'live so much longer, where there is an end'; '--cap' = 'live at most so long; never longer than before'; '--persist' = 'never expire'; '--only-missing' = 'with --set: only keys that never expire'; '--dry-run' = 'show what would change; change nothing'; '--rate' = 'the most keys to change a second'; '--max-latency' = 'go slower while small commands of other clients take longer than this (off: never)'; '--pattern' = 'keys that match: * ? [a-z] [^a] \; with several, those that match any'; '--keys-from' = 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin'; '--null' = 'keys are parted by NUL bytes, as find -print0 does'; '--scope' = 'the keys that warm fills for a scope of the spec file; all is every scope'; '--all' = 'every key of the layout, or of the database where it has no prefix'; '--tag' = 'the keys with this tag, of cachectl''s own tags (docs/tags.md); frameworks'' tags have flags of their own'; '--match' = 'of several --tag: keys with any of the tags, or with all of them'; '--exclude' = 'but not keys that match'; '--regex' = 'only keys in which it matches; checked here, after the pattern, in linear time'; '--type' = 'only string, list, set, zset, hash or stream'; '--ttl' = 'only keys with this life left: none, ''<5m'', ''>1h'''; '--idle' = 'only keys not used for this long: ''>7d'''; '--size' = 'only keys that take this much memory: ''>1MB'''; '--limit' = 'at most so many keys'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned' }
        'tags list' = [ordered]@{ '--limit' = 'how many tags are shown, those with the most keys'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'tags show' = [ordered]@{ '--limit' = 'how many keys of each tag are shown'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'tags add' = [ordered]@{ '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'tags repair' = [ordered]@{ '--dry-run' = 'count what would change; change nothing'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'invalidate' = [ordered]@{ '--data' = 'a value for the rule''s placeholders'; '--data-from' = 'the values as a JSON object; - is stdin'; '--dry-run' = 'show what would be run and sent; do nothing'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'deploy' = [ordered]@{ '--data' = 'a value for the rule''s placeholders'; '--data-from' = 'the values as a JSON object; - is stdin'; '--no-check' = 'leave the budgets out'; '--allow-no-data' = 'let a budget pass where there is nothing to measure it by'; '--dry-run' = 'show what would be run, sent and checked; do nothing'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'listen' = [ordered]@{ '--stream' = 'the stream to read'; '--group' = 'the consumer group, made where it is missing'; '--consumer' = 'the name among the group'; '--from' = 'where a group that is made begins: 0, or $ for new events only'; '--channel' = 'a Pub/Sub channel: at most once'; '--http' = 'take events as POST /events; /healthz and /metrics, too'; '--http-token-file' = 'the bearer token of senders; also CACHECTL_HTTP_TOKEN'; '--http-secret-file' = 'the secret of X-Cachectl-Signature (HMAC-SHA256); also CACHECTL_HTTP_SECRET'; '--coalesce' = 'merge events that come within this time of the first'; '--max-tries' = 'set an event aside after so many failures'; '--retry-after' = 'pause before the second try; it doubles'; '--claim-after' = 'take over what another listener has not acknowledged for this long'; '--dead-letters' = 'the stream for events that are set aside'; '--keep' = 'remove events that are older, once every group of the stream is done with them'; '--drain' = 'when told to stop, the longest wait for what is under way'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'dead-letters list' = [ordered]@{ '--dead-letters' = 'the stream that `listen` sets events aside in'; '--event' = 'only events of this name'; '--limit' = 'how many are shown, the newest first' }
        'dead-letters replay' = [ordered]@{ '--all' = 'all of them'; '--event' = 'only events of this name'; '--dead-letters' = 'the stream that `listen` sets events aside in'; '--dry-run' = 'show which would go back; change nothing' }
        'namespace list' = [ordered]@{ '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'namespace get' = [ordered]@{ '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'namespace bump' = [ordered]@{ '--dry-run' = 'show what would change; change nothing'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned' }
        'namespace rollback' = [ordered]@{ '--to' = 'to this version'; '--dry-run' = 'show what would change; change nothing'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned' }
        'namespace gc' = [ordered]@{ '--keep' = 'how many older versions stay'; '--dry-run' = 'count and show what would be deleted; delete nothing'; '--plan' = 'write what would be deleted there, for --apply; delete nothing'; '--max-keys' = 'delete nothing, and exit 7, where more keys match'; '--backup' = 'write every key there before it goes, for cachectl restore'; '--soft' = 'let the keys expire, spread over this time, instead of deleting them at once'; '--resume' = 'where an interrupted run keeps its place, and the next one goes on from'; '--rate' = 'the most keys to remove a second'; '--max-latency' = 'go slower while small commands of other clients take longer than this (off: never)'; '--audit' = 'append a line of JSON there: who, when, what, how many, and how it ended'; '--yes' = 'do not ask'; '--confirm' = 'the target''s name, where everything or a protected connection is concerned'; '--apply' = 'delete exactly the keys of a plan, if it is still the same Redis'; '--max-age' = 'how old a plan may be'; '--exclude' = 'but not keys that match'; '--regex' = 'only keys in which it matches; checked here, after the pattern, in linear time'; '--type' = 'only string, list, set, zset, hash or stream'; '--ttl' = 'only keys with this life left: none, ''<5m'', ''>1h'''; '--idle' = 'only keys not used for this long: ''>7d'''; '--size' = 'only keys that take this much memory: ''>1MB'''; '--limit' = 'at most so many keys'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'inspect' = [ordered]@{ '--max-bytes' = 'show at most so much of a value'; '--max-items' = 'show at most so many items of a hash, list, set, sorted set or stream'; '--decode' = 'how values were stored, from the outside to the inside (zlib,pickle); none shows the bytes'; '--max-decode' = 'read at most so much of a value to decode it, and decompress to no more'; '--raw-value' = 'write the bytes of one string to stdout, exactly as they are stored'; '--to' = 'write them to a file instead; - is stdout'; '--no-value' = 'leave the value out'; '--watch' = 'follow TTL and changes until q or Ctrl-C; in a pipe, or with -o ndjson, one line for each change'; '--interval' = 'how often --watch asks, where the server announces no changes (notify-keyspace-events)'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--django-view' = 'the pages that cache_page stored for this URL, as visitors request it'; '--method' = 'of --django-view: only answers to this method'; '--header' = 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by'; '--django-fragment' = 'a template fragment, with its --vary arguments'; '--vary' = 'of --django-fragment: the arguments after the name of the fragment, in their order'; '--django-session' = 'a session kept in the cache'; '--rails-key' = 'a composite key as given to Rails.cache: ''["user", 1, {"a": 1}]'''; '--laravel-tag' = 'the items with this tag, and its list of them'; '--spring-cache' = 'all entries of this cache'; '--symfony-tag' = 'the items with this tag, and its set of them'; '--wordpress-group' = 'all entries of this group'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'stats' = [ordered]@{ '--interval' = 'measure the difference over this time; of --watch, between moments'; '--watch' = 'show how it goes, redrawn in place (keys: q, p); in a pipe a line for each moment'; '--by-prefix' = 'tell keys apart by what stands before the first separator'; '--depth' = 'of --by-prefix: before the Nth separator'; '--separator' = 'of --by-prefix: what separates'; '--by-group' = 'tell the groups of the spec file apart'; '--only' = 'of groups: hits listens and does not walk over all keys, keys walks and does not listen'; '--sample' = 'how long to listen'; '--max-events' = 'listen to at most so many commands'; '--yes' = 'listen to a protected connection as well'; '--assert' = 'fail with exit 6 unless it holds: ''hit_rate >= 80'''; '--check' = 'assert what stands under budgets: in the spec file'; '--allow-no-data' = 'let assertions pass of which there is no data'; '--save' = 'write the report to a file, to compare with later'; '--baseline' = 'show the difference to a saved report, and assert on it'; '--per-node' = 'show every primary of a cluster as well'; '--repair' = 'put back what a run that was killed while listening has left' }
        'analyze' = [ordered]@{ '--pattern' = 'only keys that match: * ? [a-z] [^a] \; with several, those that match any'; '--exclude' = 'but not keys that match'; '--sample' = 'look at a part (1%) or a number of keys (10000), and estimate the rest with its error'; '--depth' = 'how deep the tree of prefixes goes'; '--separator' = 'what parts the segments of keys'; '--top' = 'rows of each table, and biggest keys'; '--samples' = 'elements of each collection that the server looks at for its memory; 0 is all'; '--idle' = 'ask as well how long each key has not been used'; '--hot' = 'what is used most: by the counters of servers whose policy is LFU, and by listening for so long (MONITOR)'; '--max-events' = 'of listening: end it after so many commands'; '--yes' = 'listen to a protected connection, too'; '--advise' = 'say what should be changed, with evidence and the command that does it'; '--report' = 'write the report as one page, with a map of the memory'; '--rate' = 'the most keys to look at a second'; '--max-latency' = 'go slower while small commands of other clients take longer than this (off: never)'; '--quoted-input' = 'keys and patterns are in double quotes with escapes, as redis-cli prints them: ''"a\xff\n"'''; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
        'stats diff' = [ordered]@{}
        'loadtest' = [ordered]@{ '--scope' = 'scope of the spec file; all is every scope'; '--requests-from' = 'requests to replay with their mix: addresses or paths, an access log, or a HAR file'; '--limit' = 'at most so many targets of each scope or file'; '--weight' = 'how often a scope, path or address is requested, beside 1'; '--distribution' = 'which targets are popular: turns, uniform, zipf:1.1 or hotspot:90/10'; '--seed' = 'repeat a run: the same targets at the same moments'; '--allow-remote' = 'put load on this host, although it is not this machine'; '--connections' = 'closed load: requests under way at once'; '--requests' = 'requests in all; when comparing, for each endpoint and phase'; '--duration' = 'how long; when comparing, for each endpoint and phase'; '--rate' = 'open load: requests on schedule, whatever the answers do: 500/s'; '--stages' = 'open load that changes evenly: ''30s:100/s,1m:500/s,10s:0'''; '--search' = 'find the highest rate at which it still holds: ''p99 < 50ms''; --rate is where to begin'; '--arrivals' = 'evenly, or as independent visitors come'; '--max-in-flight' = 'open load: the most requests under way; more wait their turn, and drop out in the end'; '--warmup' = 'at the beginning, left out of the figures'; '--request-timeout' = 'time limit of one request'; '--workers' = 'threads that generate load; auto is one for each core'; '--compare' = 'what to hold side by side for a scope; none is load alone'; '--repeat' = 'how often the two phases take turns; with --search, runs at each rate'; '--count-header' = 'a number in the answers to average, such as X-DB-Queries'; '--confirm' = 'the target''s name, where a protected connection is concerned'; '--redis' = 'put load on Redis itself, on keys of its own that are removed in the end'; '--mix' = 'commands and how often: get:90,set:10, or ''HGET {key} name:5'''; '--keys' = 'different keys'; '--value-size' = 'of values: 100, 2KB or a range 100-2KB'; '--pipeline' = 'commands sent together on a connection'; '--assert' = 'fail with exit 6 unless it holds: ''p99 < 50ms'', ''error_rate < 1%'', ''improvement >= 90%'''; '--baseline' = 'an earlier report (--json) to hold it against: ''p95 <= baseline * 1.1'''; '--report' = 'write the report as one page as well'; '--export' = 'send nothing, and write a script for it with the same targets, rate and thresholds'; '--layout' = 'layout of the keys instead of the spec file''s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'; '--key-version' = 'VERSION of Django''s keys, instead of the layout''s'; '--raw' = 'keys and patterns are physical: exactly what Redis stores' }
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
    $redisFlags = [ordered]@{ '--user' = 'ACL user name'; '--password' = 'password; others can see it on the command line'; '--password-file' = 'file whose first line is the password; - is stdin'; '--askpass' = 'ask for the password'; '--sentinel-user' = 'ACL user name at the Sentinels'; '--sentinel-password-file' = 'file with the password of the Sentinels'; '--tls' = 'talk TLS, as rediss:// does'; '--tls-ca' = 'trust these authorities (PEM) instead of the system''s'; '--tls-cert' = 'client certificate (PEM)'; '--tls-key' = 'key of the client certificate (PEM)'; '--tls-server-name' = 'the name in the certificate, where it is not the host'; '--tls-skip-verify' = 'trust any certificate; never for a protected connection'; '--protocol' = 'RESP version to speak'; '--client-name' = 'what CLIENT LIST shows'; '--read-from' = 'where commands that only read read'; '--nat-map' = 'a cluster node''s own host:port, and how it is reached from here'; '--connect-timeout' = 'the longest wait for a connection'; '--command-timeout' = 'the longest wait for a reply'; '--connect-retries' = 'further attempts to connect'; '--on-unavailable' = 'where Redis cannot be reached: fail with exit 3, or skip with a warning and exit 0' }
    $globalFlags = [ordered]@{ '--config' = 'spec file (default: cachectl.yaml from here upward)'; '--url' = 'Redis to talk to, as redis://user:password@host:port/db'; '--env' = 'connection of the spec file to use'; '--output' = 'output format: table, json, ndjson, csv or markdown'; '--json' = 'short for --output json'; '--quiet' = 'only results and errors'; '--verbose' = 'say more on stderr: connections, retries, stack traces'; '--no-color' = 'no colours'; '--no-pager' = 'never show long results in $PAGER'; '--no-input' = 'never ask; fail where an answer is needed'; '--timeout' = 'time limit of the whole command'; '--help' = 'show help'; '--version' = 'show the version' }
    $redisCommands = @('warm', 'verify', 'clear', 'restore', 'keys', 'ttl', 'tags list', 'tags show', 'tags add', 'tags repair', 'invalidate', 'deploy', 'listen', 'dead-letters list', 'dead-letters replay', 'namespace list', 'namespace get', 'namespace bump', 'namespace rollback', 'namespace gc', 'inspect', 'stats', 'analyze', 'loadtest', 'ping', 'doctor', 'init', 'key for', 'layout detect')
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
        '--where' = 'any'
        '--concurrency' = 'any'
        '--concurrency-per-host' = 'any'
        '--rate' = 'any'
        '--max-failures' = 'any'
        '--activate-if' = 'any'
        '--key-version' = 'any'
        '--regex' = 'any'
        '--type' = 'any'
        '--ttl' = 'any'
        'clear --idle' = 'any'
        'keys --idle' = 'any'
        'ttl --idle' = 'any'
        'namespace gc --idle' = 'any'
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
        '--data' = 'any'
        '--group' = 'any'
        '--consumer' = 'any'
        '--from' = 'any'
        '--channel' = 'any'
        '--http' = 'any'
        '--coalesce' = 'any'
        '--max-tries' = 'any'
        '--retry-after' = 'any'
        '--claim-after' = 'any'
        'listen --keep' = 'any'
        'namespace gc --keep' = 'any'
        '--drain' = 'any'
        '--event' = 'any'
        'namespace rollback --to' = 'any'
        '--max-bytes' = 'any'
        '--max-items' = 'any'
        '--decode' = 'any'
        '--max-decode' = 'any'
        'stats --watch' = 'any'
        '--interval' = 'any'
        '--depth' = 'any'
        '--separator' = 'any'
        '--sample' = 'any'
        '--max-events' = 'any'
        '--samples' = 'any'
        '--hot' = 'any'
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
        '--search' = 'any'
        '--max-in-flight' = 'any'
        '--warmup' = 'any'
        '--request-timeout' = 'any'
        '--workers' = 'any'
        '--repeat' = 'any'
        '--count-header' = 'any'
        '--mix' = 'any'
        '--keys' = 'any'
        '--value-size' = 'any'
        '--pipeline' = 'any'
        '--hit-rate' = 'any'
        '--origin' = 'any'
        '--path' = 'any'
        '--sitemap' = 'any'
        '--scope-name' = 'any'
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
        '--data-from' = 'file'
        '--http-token-file' = 'file'
        '--http-secret-file' = 'file'
        'inspect --to' = 'file'
        '--save' = 'file'
        '--baseline' = 'file'
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
        'verify --output' = 'words table json markdown junit'
        'verify -o' = 'words table json markdown junit'
        'clear --output' = 'words table json'
        'restore --output' = 'words table json'
        'ttl --output' = 'words table json'
        'tags show --output' = 'words table json'
        'tags add --output' = 'words table json'
        'tags repair --output' = 'words table json'
        'invalidate --output' = 'words table json'
        'deploy --output' = 'words table json'
        'dead-letters replay --output' = 'words table json'
        'namespace get --output' = 'words table json'
        'namespace bump --output' = 'words table json'
        'namespace rollback --output' = 'words table json'
        'namespace gc --output' = 'words table json'
        'init --output' = 'words table json'
        'key explain --output' = 'words table json'
        'layout detect --output' = 'words table json'
        'config validate --output' = 'words table json'
        'clear -o' = 'words table json'
        'restore -o' = 'words table json'
        'ttl -o' = 'words table json'
        'tags show -o' = 'words table json'
        'tags add -o' = 'words table json'
        'tags repair -o' = 'words table json'
        'invalidate -o' = 'words table json'
        'deploy -o' = 'words table json'
        'dead-letters replay -o' = 'words table json'
        'namespace get -o' = 'words table json'
        'namespace bump -o' = 'words table json'
        'namespace rollback -o' = 'words table json'
        'namespace gc -o' = 'words table json'
        'init -o' = 'words table json'
        'key explain -o' = 'words table json'
        'layout detect -o' = 'words table json'
        'config validate -o' = 'words table json'
        'keys --output' = 'words table json ndjson csv'
        'keys -o' = 'words table json ndjson csv'
        'tags list --output' = 'words table json csv markdown'
        'dead-letters list --output' = 'words table json csv markdown'
        'namespace list --output' = 'words table json csv markdown'
        'stats diff --output' = 'words table json csv markdown'
        'ping --output' = 'words table json csv markdown'
        'doctor --output' = 'words table json csv markdown'
        'config show --output' = 'words table json csv markdown'
        'tags list -o' = 'words table json csv markdown'
        'dead-letters list -o' = 'words table json csv markdown'
        'namespace list -o' = 'words table json csv markdown'
        'stats diff -o' = 'words table json csv markdown'
        'ping -o' = 'words table json csv markdown'
        'doctor -o' = 'words table json csv markdown'
        'config show -o' = 'words table json csv markdown'
        'listen --output' = 'words table ndjson json'
        'listen -o' = 'words table ndjson json'
        'inspect --output' = 'words table json ndjson'
        'key for --output' = 'words table json ndjson'
        'inspect -o' = 'words table json ndjson'
        'key for -o' = 'words table json ndjson'
        'stats --output' = 'words table json ndjson csv markdown junit prometheus'
        'stats -o' = 'words table json ndjson csv markdown junit prometheus'
        'analyze --output' = 'words table tree json csv markdown'
        'analyze -o' = 'words table tree json csv markdown'
        'loadtest --output' = 'words table json csv markdown junit hdr'
        'loadtest -o' = 'words table json csv markdown junit hdr'
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
        '--assert' = 'lookup metrics'
        '--pattern' = 'lookup keys'
        '-p' = 'lookup keys'
        '--exclude' = 'lookup keys'
        '--stream' = 'lookup keys'
        '--dead-letters' = 'lookup keys'
        '--tag' = 'lookup tags'
        '--laravel-tag' = 'lookup tags'
        '--symfony-tag' = 'lookup tags'
        '--match' = 'words any all'
        '--wordpress-group' = 'lookup groups'
        '--sort' = 'words ttl size idle'
        '--only' = 'words hits keys'
        '--arrivals' = 'words constant poisson'
        '--compare' = 'words cold,warm origin,cache none'
        '--export' = 'words k6'
        '--mode' = 'words store touch'
    }
    # What arguments are: by command and position.
    $arguments = @{
        'tags show *' = 'lookup tags'
        'tags add 1' = 'lookup keys'
        'tags add *' = 'lookup tags'
        'dead-letters replay *' = 'any'
        'namespace list *' = 'lookup namespaces'
        'namespace get *' = 'lookup namespaces'
        'namespace bump *' = 'lookup namespaces'
        'namespace rollback 1' = 'lookup namespaces'
        'namespace gc *' = 'lookup namespaces'
        'stats diff 1' = 'file'
        'stats diff 2' = 'file'
        'key explain *' = 'lookup keys'
        'key for *' = 'lookup keys'
        'verify *' = 'any'
        'clear *' = 'lookup keys'
        'restore 1' = 'file'
        'keys *' = 'lookup keys'
        'ttl *' = 'lookup keys'
        'invalidate 1' = 'lookup events'
        'deploy 1' = 'lookup events'
        'inspect *' = 'lookup keys'
        'stats *' = 'any'
        'loadtest *' = 'any'
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

# fish completion for cachectl, made from its commands. In ~/.config/fish/config.fish: cachectl completion fish | source

# The path after one word more; fails where the word is no command.
function __cachectl_step --argument-names at word
    switch "$at $word"
        case ' warm'
            echo 'warm'
        case ' verify'
            echo 'verify'
        case ' clear'
            echo 'clear'
        case ' restore'
            echo 'restore'
        case ' keys'
            echo 'keys'
        case ' ttl'
            echo 'ttl'
        case ' tags'
            echo 'tags'
        case ' invalidate'
            echo 'invalidate'
        case ' deploy'
            echo 'deploy'
        case ' listen'
            echo 'listen'
        case ' dead-letters'
            echo 'dead-letters'
        case ' namespace'
            echo 'namespace'
        case ' inspect'
            echo 'inspect'
        case ' stats'
            echo 'stats'
        case ' analyze'
            echo 'analyze'
        case ' loadtest'
            echo 'loadtest'
        case ' ping'
            echo 'ping'
        case ' doctor'
            echo 'doctor'
        case ' init'
            echo 'init'
        case ' key'
            echo 'key'
        case ' layout'
            echo 'layout'
        case ' config'
            echo 'config'
        case ' completion'
            echo 'completion'
        case ' demo'
            echo 'demo'
        case ' help'
            echo 'help'
        case 'tags list'
            echo 'tags list'
        case 'tags show'
            echo 'tags show'
        case 'tags add'
            echo 'tags add'
        case 'tags repair'
            echo 'tags repair'
        case 'dead-letters list'
            echo 'dead-letters list'
        case 'dead-letters replay'
            echo 'dead-letters replay'
        case 'namespace list'
            echo 'namespace list'
        case 'namespace get'
            echo 'namespace get'
        case 'namespace bump'
            echo 'namespace bump'
        case 'namespace rollback'
            echo 'namespace rollback'
        case 'namespace gc'
            echo 'namespace gc'
        case 'stats diff'
            echo 'stats diff'
        case 'key explain'
            echo 'key explain'
        case 'key for'
            echo 'key for'
        case 'layout detect'
            echo 'layout detect'
        case 'config validate'
            echo 'config validate'
        case 'config show'
            echo 'config show'
        case 'config schema'
            echo 'config schema'
        case '*'
            return 1
    end
end

# The commands that can follow a path; fails where there are none.
function __cachectl_commands --argument-names at
    switch "$at"
        case ''
            printf '%s\t%s\n' 'warm' 'Fill the cache by calling the application\'s own endpoints' 'verify' 'Compare what is cached with what the application answers now' 'clear' 'Delete keys, by name, by pattern or by framework address' 'restore' 'Put back the keys of a backup that clear has written' 'keys' 'List keys as a stream, with type, TTL, size and idle time' 'ttl' 'Change how long keys live: set, extend, cap or persist' 'tags' 'list, show, add, repair' 'invalidate' 'Say that something changed: clear, bump, purge and warm what the spec file says' 'deploy' 'What a deploy does to the cache: a rule of the spec file, then its budgets, as one report' 'listen' 'Carry out the rules of the spec file as the application\'s events come in' 'dead-letters' 'list, replay' 'namespace' 'list, get, bump, rollback, gc' 'inspect' 'Show what is stored under a key, and for how long' 'stats' 'Report hit rate, memory, keys and evictions, and check them in CI' 'analyze' 'Show what the memory goes to: by prefix, pattern, type and TTL, and what to do about it' 'loadtest' 'Measure what the cache is worth, and what load the application holds' 'ping' 'Check every server of a connection: reachable, how fast, what it is, what it permits' 'doctor' 'Check the whole way from here to the cache, and say how to mend what is wrong' 'init' 'Write a spec file for this application, asking what matters and trying it at once' 'key' 'explain, for' 'layout' 'detect' 'config' 'validate, show, schema' 'completion' 'Print the script that completes command lines in your shell' 'demo' 'Try everything on a private Redis and a sample shop' 'help' 'Help about a command, or about patterns, exit-codes, environment or safety'
        case 'tags'
            printf '%s\t%s\n' 'list' 'Show the tags of keys, with how many keys each has and how many are gone' 'show' 'Show the keys of tags, and how long they live' 'add' 'Give a key tags, so that it can be cleared with them' 'repair' 'Make the index of tags right again: orphans out, lost keys in, expiries as they should be'
        case 'dead-letters'
            printf '%s\t%s\n' 'list' 'Show the events that `listen` has set aside, and why' 'replay' 'Put events that were set aside back into their stream, to be carried out again'
        case 'namespace'
            printf '%s\t%s\n' 'list' 'Show the versions of namespaces, with their keys and memory' 'get' 'Print the current version of a namespace' 'bump' 'Raise the version of namespaces: all of their keys are old at once' 'rollback' 'Go back to the version before, while its keys live' 'gc' 'Remove the keys of versions that nobody reads any more'
        case 'stats'
            printf '%s\t%s\n' 'diff' 'Tell what a deploy did to the cache, from a report before it and one after it'
        case 'key'
            printf '%s\t%s\n' 'explain' 'Take a physical key apart: layout, prefix, version, what it is' 'for' 'Print the physical keys of a logical key or a framework address, one a line'
        case 'layout'
            printf '%s\t%s\n' 'detect' 'Sample the keyspace, say which layout fits and why, and print the block to paste'
        case 'config'
            printf '%s\t%s\n' 'validate' 'Check the spec file and report every mistake at once' 'show' 'Show every effective setting and where it came from, secrets masked' 'schema' 'Print the JSON Schema of the spec file, for editors'
        case '*'
            return 1
    end
end

# What an argument can be.
function __cachectl_argument --argument-names at position
    switch "$at $position"
        case 'tags show *'
            echo 'lookup tags'
        case 'tags add 1'
            echo 'lookup keys'
        case 'tags add *'
            echo 'lookup tags'
        case 'dead-letters replay *'
            echo 'any'
        case 'namespace list *'
            echo 'lookup namespaces'
        case 'namespace get *'
            echo 'lookup namespaces'
        case 'namespace bump *'
            echo 'lookup namespaces'
        case 'namespace rollback 1'
            echo 'lookup namespaces'
        case 'namespace gc *'
            echo 'lookup namespaces'
        case 'stats diff 1'
            echo 'file'
        case 'stats diff 2'
            echo 'file'
        case 'key explain *'
            echo 'lookup keys'
        case 'key for *'
            echo 'lookup keys'
        case 'verify *'
            echo 'any'
        case 'clear *'
            echo 'lookup keys'
        case 'restore 1'
            echo 'file'
        case 'keys *'
            echo 'lookup keys'
        case 'ttl *'
            echo 'lookup keys'
        case 'invalidate 1'
            echo 'lookup events'
        case 'deploy 1'
            echo 'lookup events'
        case 'inspect *'
            echo 'lookup keys'
        case 'stats *'
            echo 'any'
        case 'loadtest *'
            echo 'any'
        case 'completion 1'
            echo 'words bash zsh fish powershell'
        case 'help *'
            echo 'lookup topics'
        case '*'
            echo any
    end
end

# What the value of a flag can be; fails where it is a switch.
function __cachectl_value --argument-names at flag
    switch "$at $flag"
        case '* --user' '* --password' '* --sentinel-user' '* --tls-server-name' '* --client-name' '* --nat-map' '* --connect-timeout' '* --command-timeout' '* --connect-retries' '* --url' '* --timeout' '* --limit' '* --where' '* --concurrency' '* --concurrency-per-host' '* --rate' '* --max-failures' '* --activate-if' '* --key-version' '* --regex' '* --type' '* --ttl' 'clear --idle' 'keys --idle' 'ttl --idle' 'namespace gc --idle' '* --size' '* --django-view' '* --method' '* --header' '* --django-fragment' '* --vary' '* --django-session' '* --rails-key' '* --spring-cache' '* --max-keys' '* --soft' '* --max-latency' '* --confirm' '* --max-age' '* --chunk' '* --with' '* --top' 'ping --count' '* --set' '* --jitter' '* --extend' '* --cap' '* --data' '* --group' '* --consumer' '* --from' '* --channel' '* --http' '* --coalesce' '* --max-tries' '* --retry-after' '* --claim-after' 'listen --keep' 'namespace gc --keep' '* --drain' '* --event' 'namespace rollback --to' '* --max-bytes' '* --max-items' '* --decode' '* --max-decode' 'stats --watch' '* --interval' '* --depth' '* --separator' '* --sample' '* --max-events' '* --samples' '* --hot' '* --weight' '* --distribution' '* --seed' '* --allow-remote' '* --connections' '* --requests' '* -n' '* --duration' '* -d' '* --stages' '* --search' '* --max-in-flight' '* --warmup' '* --request-timeout' '* --workers' '* --repeat' '* --count-header' '* --mix' '* --keys' '* --value-size' '* --pipeline' '* --hit-rate' '* --origin' '* --path' '* --sitemap' '* --scope-name' '* --within'
            echo 'any'
        case '* --password-file' '* --sentinel-password-file' '* --tls-ca' '* --tls-cert' '* --tls-key' '* --config' '* -c' '* --report' '* --keys-from' '* --plan' '* --backup' '* --resume' '* --audit' '* --apply' '* --data-from' '* --http-token-file' '* --http-secret-file' 'inspect --to' '* --save' '* --baseline' '* --requests-from' '* --access-log'
            echo 'file'
        case '* --protocol'
            echo 'words 2 3'
        case '* --read-from'
            echo 'words primary replica'
        case '* --on-unavailable'
            echo 'words fail skip'
        case '* --env' '* -e'
            echo 'lookup connections'
        case ' --output' ' -o'
            echo 'words table tree json ndjson csv markdown junit prometheus hdr'
        case 'warm --output' 'warm -o'
            echo 'words table json ndjson csv markdown'
        case 'verify --output' 'verify -o'
            echo 'words table json markdown junit'
        case 'clear --output' 'restore --output' 'ttl --output' 'tags show --output' 'tags add --output' 'tags repair --output' 'invalidate --output' 'deploy --output' 'dead-letters replay --output' 'namespace get --output' 'namespace bump --output' 'namespace rollback --output' 'namespace gc --output' 'init --output' 'key explain --output' 'layout detect --output' 'config validate --output' 'clear -o' 'restore -o' 'ttl -o' 'tags show -o' 'tags add -o' 'tags repair -o' 'invalidate -o' 'deploy -o' 'dead-letters replay -o' 'namespace get -o' 'namespace bump -o' 'namespace rollback -o' 'namespace gc -o' 'init -o' 'key explain -o' 'layout detect -o' 'config validate -o'
            echo 'words table json'
        case 'keys --output' 'keys -o'
            echo 'words table json ndjson csv'
        case 'tags list --output' 'dead-letters list --output' 'namespace list --output' 'stats diff --output' 'ping --output' 'doctor --output' 'config show --output' 'tags list -o' 'dead-letters list -o' 'namespace list -o' 'stats diff -o' 'ping -o' 'doctor -o' 'config show -o'
            echo 'words table json csv markdown'
        case 'listen --output' 'listen -o'
            echo 'words table ndjson json'
        case 'inspect --output' 'key for --output' 'inspect -o' 'key for -o'
            echo 'words table json ndjson'
        case 'stats --output' 'stats -o'
            echo 'words table json ndjson csv markdown junit prometheus'
        case 'analyze --output' 'analyze -o'
            echo 'words table tree json csv markdown'
        case 'loadtest --output' 'loadtest -o'
            echo 'words table json csv markdown junit hdr'
        case 'config schema --output' 'config schema -o'
            echo 'words json'
        case 'completion --output' 'demo --output' 'help --output' 'completion -o' 'demo -o' 'help -o'
            echo 'words table'
        case '* --scope' '* -s'
            echo 'lookup scopes'
        case '* --lock'
            echo 'words wait skip off'
        case '* --layout'
            echo 'words plain django rails laravel spring symfony wordpress keyv'
        case '* --assert'
            echo 'lookup metrics'
        case '* --pattern' '* -p' '* --exclude' '* --stream' '* --dead-letters'
            echo 'lookup keys'
        case '* --tag' '* --laravel-tag' '* --symfony-tag'
            echo 'lookup tags'
        case '* --match'
            echo 'words any all'
        case '* --wordpress-group'
            echo 'lookup groups'
        case '* --sort'
            echo 'words ttl size idle'
        case '* --only'
            echo 'words hits keys'
        case '* --arrivals'
            echo 'words constant poisson'
        case '* --compare'
            echo 'words cold,warm origin,cache none'
        case '* --export'
            echo 'words k6'
        case '* --mode'
            echo 'words store touch'
        case '*'
            return 1
    end
end

function __cachectl_flags --argument-names at
    switch "$at"
        case 'warm'
            printf '%s\t%s\n' '--scope' 'scope of the spec file; all is every scope' '--limit' 'at most so many targets of each scope, or of one' '--where' 'only targets whose variables meet it: \'id == 42\'; with several, those that meet any' '--concurrency' 'requests under way at once' '--concurrency-per-host' 'the same, on one host' '--rate' 'at most so many requests in a time, as in 50/s or 600/m' '--adaptive' 'begin with few requests at once, and make them more as long as the origin does not grow slow' '--only-missing' 'leave alone what is in the cache already' '--force' 'request and store everything anew, changed or not' '--certify' 'call touched endpoints twice: the second answer has to come from a cache' '--lock' 'where another run warms the same scope: wait for it, leave it to it, or take no notice' '--max-failures' 'stop as soon as more targets than this have failed' '--stop-on-failure' 'stop at the first failure' '--allow-failures' 'exit 0 also where targets failed' '--next-version' 'fill the next version of the namespaces while the current one serves, and then switch to it' '--activate-if' 'with --next-version: switch only then; otherwise remove what was filled' '--targets' 'with --json: every target in the report (-o ndjson streams them)' '--report' 'write the report as one page' '--dry-run' 'show the plan: ask the sources of variables, request and store nothing' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'verify'
            printf '%s\t%s\n' '--scope' 'scope of the spec file; all is every scope' '--limit' 'look at so many targets at most' '--concurrency' 'requests under way at once' '--concurrency-per-host' 'the same, on one host' '--rate' 'at most so many requests in a time, as in 50/s or 600/m' '--adaptive' 'begin with few requests at once, and make them more while the origin keeps up' '--fix' 'warm again what differs or cannot be decoded' '--assert' 'fail with exit 6 unless it holds: \'stale <= 1%\', \'missing == 0\'' '--allow-no-data' 'let an assertion pass where nothing could be compared' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'clear'
            printf '%s\t%s\n' '--pattern' 'keys that match: * ? [a-z] [^a] \\; with several, those that match any' '--keys-from' 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin' '--null' 'keys are parted by NUL bytes, as find -print0 does' '--scope' 'the keys that warm fills for a scope of the spec file; all is every scope' '--all' 'every key of the layout, or of the database where it has no prefix' '--tag' 'the keys with this tag, of cachectl\'s own tags (docs/tags.md); frameworks\' tags have flags of their own' '--match' 'of several --tag: keys with any of the tags, or with all of them' '--exclude' 'but not keys that match' '--regex' 'only keys in which it matches; checked here, after the pattern, in linear time' '--type' 'only string, list, set, zset, hash or stream' '--ttl' 'only keys with this life left: none, \'<5m\', \'>1h\'' '--idle' 'only keys not used for this long: \'>7d\'' '--size' 'only keys that take this much memory: \'>1MB\'' '--limit' 'at most so many keys' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--django-view' 'the pages that cache_page stored for this URL, as visitors request it' '--method' 'of --django-view: only answers to this method' '--header' 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by' '--django-fragment' 'a template fragment, with its --vary arguments' '--vary' 'of --django-fragment: the arguments after the name of the fragment, in their order' '--django-session' 'a session kept in the cache' '--rails-key' 'a composite key as given to Rails.cache: \'["user", 1, {"a": 1}]\'' '--laravel-tag' 'the items with this tag, and its list of them' '--spring-cache' 'all entries of this cache' '--symfony-tag' 'the items with this tag, and its set of them' '--wordpress-group' 'all entries of this group' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores' '--dry-run' 'count and show what would be deleted; delete nothing' '--plan' 'write what would be deleted there, for --apply; delete nothing' '--max-keys' 'delete nothing, and exit 7, where more keys match' '--backup' 'write every key there before it goes, for cachectl restore' '--soft' 'let the keys expire, spread over this time, instead of deleting them at once' '--resume' 'where an interrupted run keeps its place, and the next one goes on from' '--rate' 'the most keys to remove a second' '--max-latency' 'go slower while small commands of other clients take longer than this (off: never)' '--audit' 'append a line of JSON there: who, when, what, how many, and how it ended' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned' '--apply' 'delete exactly the keys of a plan, if it is still the same Redis' '--max-age' 'how old a plan may be' '--rewarm' 'with --scope: clear and warm chunk by chunk, so that the cache is never cold' '--chunk' 'keys to clear and warm at a time' '--max-failures' 'failures of warming after which the rest is left as it was' '--flush' 'with --all: empty the whole database with FLUSHDB ASYNC'
        case 'restore'
            printf '%s\t%s\n' '--replace' 'write over keys that exist; otherwise they are left as they are' '--pattern' 'only the keys that match; with several, those that match any' '--dry-run' 'check the file and count; write nothing' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores' '--audit' 'append a line of JSON there: who, when, what, how many, and how it ended' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned'
        case 'keys'
            printf '%s\t%s\n' '--pattern' 'keys that match: * ? [a-z] [^a] \\; with several, those that match any' '--keys-from' 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin' '--scope' 'the keys that warm fills for a scope of the spec file; all is every scope' '--all' 'every key of the layout, or of the database where it has no prefix' '--tag' 'the keys with this tag, of cachectl\'s own tags (docs/tags.md); frameworks\' tags have flags of their own' '--match' 'of several --tag: keys with any of the tags, or with all of them' '--exclude' 'but not keys that match' '--regex' 'only keys in which it matches; checked here, after the pattern, in linear time' '--type' 'only string, list, set, zset, hash or stream' '--ttl' 'only keys with this life left: none, \'<5m\', \'>1h\'' '--idle' 'only keys not used for this long: \'>7d\'' '--size' 'only keys that take this much memory: \'>1MB\'' '--limit' 'at most so many keys' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--django-view' 'the pages that cache_page stored for this URL, as visitors request it' '--method' 'of --django-view: only answers to this method' '--header' 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by' '--django-fragment' 'a template fragment, with its --vary arguments' '--vary' 'of --django-fragment: the arguments after the name of the fragment, in their order' '--django-session' 'a session kept in the cache' '--rails-key' 'a composite key as given to Rails.cache: \'["user", 1, {"a": 1}]\'' '--laravel-tag' 'the items with this tag, and its list of them' '--spring-cache' 'all entries of this cache' '--symfony-tag' 'the items with this tag, and its set of them' '--wordpress-group' 'all entries of this group' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores' '--null' 'part keys by NUL bytes, here and in --keys-from, for xargs -0' '--with' 'show as well: type, ttl, size, idle; parted by commas' '--sort' 'the keys with the shortest life, the largest, or the longest unused' '--top' 'how many keys --sort shows' '--count' 'the number of keys alone'
        case 'ttl'
            printf '%s\t%s\n' '--set' 'live exactly so long from now on' '--jitter' 'with --set: so much more or less, so that not all expire at once' '--extend' 'live so much longer, where there is an end' '--cap' 'live at most so long; never longer than before' '--persist' 'never expire' '--only-missing' 'with --set: only keys that never expire' '--dry-run' 'show what would change; change nothing' '--rate' 'the most keys to change a second' '--max-latency' 'go slower while small commands of other clients take longer than this (off: never)' '--pattern' 'keys that match: * ? [a-z] [^a] \\; with several, those that match any' '--keys-from' 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin' '--null' 'keys are parted by NUL bytes, as find -print0 does' '--scope' 'the keys that warm fills for a scope of the spec file; all is every scope' '--all' 'every key of the layout, or of the database where it has no prefix' '--tag' 'the keys with this tag, of cachectl\'s own tags (docs/tags.md); frameworks\' tags have flags of their own' '--match' 'of several --tag: keys with any of the tags, or with all of them' '--exclude' 'but not keys that match' '--regex' 'only keys in which it matches; checked here, after the pattern, in linear time' '--type' 'only string, list, set, zset, hash or stream' '--ttl' 'only keys with this life left: none, \'<5m\', \'>1h\'' '--idle' 'only keys not used for this long: \'>7d\'' '--size' 'only keys that take this much memory: \'>1MB\'' '--limit' 'at most so many keys' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--django-view' 'the pages that cache_page stored for this URL, as visitors request it' '--method' 'of --django-view: only answers to this method' '--header' 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by' '--django-fragment' 'a template fragment, with its --vary arguments' '--vary' 'of --django-fragment: the arguments after the name of the fragment, in their order' '--django-session' 'a session kept in the cache' '--rails-key' 'a composite key as given to Rails.cache: \'["user", 1, {"a": 1}]\'' '--laravel-tag' 'the items with this tag, and its list of them' '--spring-cache' 'all entries of this cache' '--symfony-tag' 'the items with this tag, and its set of them' '--wordpress-group' 'all entries of this group' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores' '--audit' 'append a line of JSON there: who, when, what, how many, and how it ended' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned'
        case 'tags list'
            printf '%s\t%s\n' '--limit' 'how many tags are shown, those with the most keys' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'tags show'
            printf '%s\t%s\n' '--limit' 'how many keys of each tag are shown' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'tags add'
            printf '%s\t%s\n' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'tags repair'
            printf '%s\t%s\n' '--dry-run' 'count what would change; change nothing' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'invalidate'
            printf '%s\t%s\n' '--data' 'a value for the rule\'s placeholders' '--data-from' 'the values as a JSON object; - is stdin' '--dry-run' 'show what would be run and sent; do nothing' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'deploy'
            printf '%s\t%s\n' '--data' 'a value for the rule\'s placeholders' '--data-from' 'the values as a JSON object; - is stdin' '--no-check' 'leave the budgets out' '--allow-no-data' 'let a budget pass where there is nothing to measure it by' '--dry-run' 'show what would be run, sent and checked; do nothing' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'listen'
            printf '%s\t%s\n' '--stream' 'the stream to read' '--group' 'the consumer group, made where it is missing' '--consumer' 'the name among the group' '--from' 'where a group that is made begins: 0, or $ for new events only' '--channel' 'a Pub/Sub channel: at most once' '--http' 'take events as POST /events; /healthz and /metrics, too' '--http-token-file' 'the bearer token of senders; also CACHECTL_HTTP_TOKEN' '--http-secret-file' 'the secret of X-Cachectl-Signature (HMAC-SHA256); also CACHECTL_HTTP_SECRET' '--coalesce' 'merge events that come within this time of the first' '--max-tries' 'set an event aside after so many failures' '--retry-after' 'pause before the second try; it doubles' '--claim-after' 'take over what another listener has not acknowledged for this long' '--dead-letters' 'the stream for events that are set aside' '--keep' 'remove events that are older, once every group of the stream is done with them' '--drain' 'when told to stop, the longest wait for what is under way' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'dead-letters list'
            printf '%s\t%s\n' '--dead-letters' 'the stream that `listen` sets events aside in' '--event' 'only events of this name' '--limit' 'how many are shown, the newest first'
        case 'dead-letters replay'
            printf '%s\t%s\n' '--all' 'all of them' '--event' 'only events of this name' '--dead-letters' 'the stream that `listen` sets events aside in' '--dry-run' 'show which would go back; change nothing'
        case 'namespace list'
            printf '%s\t%s\n' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'namespace get'
            printf '%s\t%s\n' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'namespace bump'
            printf '%s\t%s\n' '--dry-run' 'show what would change; change nothing' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores' '--audit' 'append a line of JSON there: who, when, what, how many, and how it ended' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned'
        case 'namespace rollback'
            printf '%s\t%s\n' '--to' 'to this version' '--dry-run' 'show what would change; change nothing' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores' '--audit' 'append a line of JSON there: who, when, what, how many, and how it ended' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned'
        case 'namespace gc'
            printf '%s\t%s\n' '--keep' 'how many older versions stay' '--dry-run' 'count and show what would be deleted; delete nothing' '--plan' 'write what would be deleted there, for --apply; delete nothing' '--max-keys' 'delete nothing, and exit 7, where more keys match' '--backup' 'write every key there before it goes, for cachectl restore' '--soft' 'let the keys expire, spread over this time, instead of deleting them at once' '--resume' 'where an interrupted run keeps its place, and the next one goes on from' '--rate' 'the most keys to remove a second' '--max-latency' 'go slower while small commands of other clients take longer than this (off: never)' '--audit' 'append a line of JSON there: who, when, what, how many, and how it ended' '--yes' 'do not ask' '--confirm' 'the target\'s name, where everything or a protected connection is concerned' '--apply' 'delete exactly the keys of a plan, if it is still the same Redis' '--max-age' 'how old a plan may be' '--exclude' 'but not keys that match' '--regex' 'only keys in which it matches; checked here, after the pattern, in linear time' '--type' 'only string, list, set, zset, hash or stream' '--ttl' 'only keys with this life left: none, \'<5m\', \'>1h\'' '--idle' 'only keys not used for this long: \'>7d\'' '--size' 'only keys that take this much memory: \'>1MB\'' '--limit' 'at most so many keys' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'inspect'
            printf '%s\t%s\n' '--max-bytes' 'show at most so much of a value' '--max-items' 'show at most so many items of a hash, list, set, sorted set or stream' '--decode' 'how values were stored, from the outside to the inside (zlib,pickle); none shows the bytes' '--max-decode' 'read at most so much of a value to decode it, and decompress to no more' '--raw-value' 'write the bytes of one string to stdout, exactly as they are stored' '--to' 'write them to a file instead; - is stdout' '--no-value' 'leave the value out' '--watch' 'follow TTL and changes until q or Ctrl-C; in a pipe, or with -o ndjson, one line for each change' '--interval' 'how often --watch asks, where the server announces no changes (notify-keyspace-events)' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--django-view' 'the pages that cache_page stored for this URL, as visitors request it' '--method' 'of --django-view: only answers to this method' '--header' 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by' '--django-fragment' 'a template fragment, with its --vary arguments' '--vary' 'of --django-fragment: the arguments after the name of the fragment, in their order' '--django-session' 'a session kept in the cache' '--rails-key' 'a composite key as given to Rails.cache: \'["user", 1, {"a": 1}]\'' '--laravel-tag' 'the items with this tag, and its list of them' '--spring-cache' 'all entries of this cache' '--symfony-tag' 'the items with this tag, and its set of them' '--wordpress-group' 'all entries of this group' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'stats'
            printf '%s\t%s\n' '--interval' 'measure the difference over this time; of --watch, between moments' '--watch' 'show how it goes, redrawn in place (keys: q, p); in a pipe a line for each moment' '--by-prefix' 'tell keys apart by what stands before the first separator' '--depth' 'of --by-prefix: before the Nth separator' '--separator' 'of --by-prefix: what separates' '--by-group' 'tell the groups of the spec file apart' '--only' 'of groups: hits listens and does not walk over all keys, keys walks and does not listen' '--sample' 'how long to listen' '--max-events' 'listen to at most so many commands' '--yes' 'listen to a protected connection as well' '--assert' 'fail with exit 6 unless it holds: \'hit_rate >= 80\'' '--check' 'assert what stands under budgets: in the spec file' '--allow-no-data' 'let assertions pass of which there is no data' '--save' 'write the report to a file, to compare with later' '--baseline' 'show the difference to a saved report, and assert on it' '--per-node' 'show every primary of a cluster as well' '--repair' 'put back what a run that was killed while listening has left'
        case 'analyze'
            printf '%s\t%s\n' '--pattern' 'only keys that match: * ? [a-z] [^a] \\; with several, those that match any' '--exclude' 'but not keys that match' '--sample' 'look at a part (1%) or a number of keys (10000), and estimate the rest with its error' '--depth' 'how deep the tree of prefixes goes' '--separator' 'what parts the segments of keys' '--top' 'rows of each table, and biggest keys' '--samples' 'elements of each collection that the server looks at for its memory; 0 is all' '--idle' 'ask as well how long each key has not been used' '--hot' 'what is used most: by the counters of servers whose policy is LFU, and by listening for so long (MONITOR)' '--max-events' 'of listening: end it after so many commands' '--yes' 'listen to a protected connection, too' '--advise' 'say what should be changed, with evidence and the command that does it' '--report' 'write the report as one page, with a map of the memory' '--rate' 'the most keys to look at a second' '--max-latency' 'go slower while small commands of other clients take longer than this (off: never)' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\'' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'loadtest'
            printf '%s\t%s\n' '--scope' 'scope of the spec file; all is every scope' '--requests-from' 'requests to replay with their mix: addresses or paths, an access log, or a HAR file' '--limit' 'at most so many targets of each scope or file' '--weight' 'how often a scope, path or address is requested, beside 1' '--distribution' 'which targets are popular: turns, uniform, zipf:1.1 or hotspot:90/10' '--seed' 'repeat a run: the same targets at the same moments' '--allow-remote' 'put load on this host, although it is not this machine' '--connections' 'closed load: requests under way at once' '--requests' 'requests in all; when comparing, for each endpoint and phase' '--duration' 'how long; when comparing, for each endpoint and phase' '--rate' 'open load: requests on schedule, whatever the answers do: 500/s' '--stages' 'open load that changes evenly: \'30s:100/s,1m:500/s,10s:0\'' '--search' 'find the highest rate at which it still holds: \'p99 < 50ms\'; --rate is where to begin' '--arrivals' 'evenly, or as independent visitors come' '--max-in-flight' 'open load: the most requests under way; more wait their turn, and drop out in the end' '--warmup' 'at the beginning, left out of the figures' '--request-timeout' 'time limit of one request' '--workers' 'threads that generate load; auto is one for each core' '--compare' 'what to hold side by side for a scope; none is load alone' '--repeat' 'how often the two phases take turns; with --search, runs at each rate' '--count-header' 'a number in the answers to average, such as X-DB-Queries' '--confirm' 'the target\'s name, where a protected connection is concerned' '--redis' 'put load on Redis itself, on keys of its own that are removed in the end' '--mix' 'commands and how often: get:90,set:10, or \'HGET {key} name:5\'' '--keys' 'different keys' '--value-size' 'of values: 100, 2KB or a range 100-2KB' '--pipeline' 'commands sent together on a connection' '--assert' 'fail with exit 6 unless it holds: \'p99 < 50ms\', \'error_rate < 1%\', \'improvement >= 90%\'' '--baseline' 'an earlier report (--json) to hold it against: \'p95 <= baseline * 1.1\'' '--report' 'write the report as one page as well' '--export' 'send nothing, and write a script for it with the same targets, rate and thresholds' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'ping'
            printf '%s\t%s\n' '--count' 'round trips to measure at each server' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'doctor'
            printf '%s\t%s\n' '--strict' 'exit 6 also where there are only warnings' '--hit-rate' 'warn where fewer reads than this find their key' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores'
        case 'init'
            printf '%s\t%s\n' '--origin' 'address of the application' '--path' 'first scope: this path of the application' '--sitemap' 'first scope: what a sitemap of the application lists' '--access-log' 'first scope: what this log says is asked for most' '--scope-name' 'what the first scope is called' '--limit' 'targets of a scope from a sitemap or a log' '--mode' 'store the answers, or only call an application that fills its cache itself' '--force' 'write over a file that is there' '--no-check' 'try neither Redis nor the application' '--no-schema' 'write no cachectl.schema.json beside it, which editors complete from' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2'
        case 'key explain'
            printf '%s\t%s\n' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\''
        case 'key for'
            printf '%s\t%s\n' '--django-view' 'the pages that cache_page stored for this URL, as visitors request it' '--method' 'of --django-view: only answers to this method' '--header' 'of --django-view: only the answer to a request with exactly these headers, among those the page varies by' '--django-fragment' 'a template fragment, with its --vary arguments' '--vary' 'of --django-fragment: the arguments after the name of the fragment, in their order' '--django-session' 'a session kept in the cache' '--rails-key' 'a composite key as given to Rails.cache: \'["user", 1, {"a": 1}]\'' '--laravel-tag' 'the items with this tag, and its list of them' '--spring-cache' 'all entries of this cache' '--symfony-tag' 'the items with this tag, and its set of them' '--wordpress-group' 'all entries of this group' '--layout' 'layout of the keys instead of the spec file\'s: plain, django, rails, laravel, spring, symfony, wordpress, keyv; for example django:prefix=shop,version=2' '--key-version' 'VERSION of Django\'s keys, instead of the layout\'s' '--raw' 'keys and patterns are physical: exactly what Redis stores' '--quoted-input' 'keys and patterns are in double quotes with escapes, as redis-cli prints them: \'"a\\xff\\n"\''
        case 'layout detect'
            printf '%s\t%s\n' '--sample' 'look at so many keys at most' '--within' 'look no longer than this'
        case 'demo'
            printf '%s\t%s\n' '--keep' 'leave both servers up until Ctrl-C' '--install' 'install a Redis server with the system package manager where there is none'
    end
    switch "$at"
        case 'warm' 'verify' 'clear' 'restore' 'keys' 'ttl' 'tags list' 'tags show' 'tags add' 'tags repair' 'invalidate' 'deploy' 'listen' 'dead-letters list' 'dead-letters replay' 'namespace list' 'namespace get' 'namespace bump' 'namespace rollback' 'namespace gc' 'inspect' 'stats' 'analyze' 'loadtest' 'ping' 'doctor' 'init' 'key for' 'layout detect'
            printf '%s\t%s\n' '--user' 'ACL user name' '--password' 'password; others can see it on the command line' '--password-file' 'file whose first line is the password; - is stdin' '--askpass' 'ask for the password' '--sentinel-user' 'ACL user name at the Sentinels' '--sentinel-password-file' 'file with the password of the Sentinels' '--tls' 'talk TLS, as rediss:// does' '--tls-ca' 'trust these authorities (PEM) instead of the system\'s' '--tls-cert' 'client certificate (PEM)' '--tls-key' 'key of the client certificate (PEM)' '--tls-server-name' 'the name in the certificate, where it is not the host' '--tls-skip-verify' 'trust any certificate; never for a protected connection' '--protocol' 'RESP version to speak' '--client-name' 'what CLIENT LIST shows' '--read-from' 'where commands that only read read' '--nat-map' 'a cluster node\'s own host:port, and how it is reached from here' '--connect-timeout' 'the longest wait for a connection' '--command-timeout' 'the longest wait for a reply' '--connect-retries' 'further attempts to connect' '--on-unavailable' 'where Redis cannot be reached: fail with exit 3, or skip with a warning and exit 0'
    end
    printf '%s\t%s\n' '--config' 'spec file (default: cachectl.yaml from here upward)' '--url' 'Redis to talk to, as redis://user:password@host:port/db' '--env' 'connection of the spec file to use' '--output' 'output format: table, json, ndjson, csv or markdown' '--json' 'short for --output json' '--quiet' 'only results and errors' '--verbose' 'say more on stderr: connections, retries, stack traces' '--no-color' 'no colours' '--no-pager' 'never show long results in $PAGER' '--no-input' 'never ask; fail where an answer is needed' '--timeout' 'time limit of the whole command' '--help' 'show help' '--version' 'show the version'
end

function __cachectl_complete
    set -l words (commandline -opc)
    set -l cur (commandline -ct)
    set -l at ''
    set -l flag ''
    set -l ended ''
    set -l position 1
    for word in $words[2..-1]
        if test -n "$flag"
            set flag ''
        else if test -z "$ended"; and string match -q -- '--' $word
            set ended yes
        else if test -z "$ended"; and string match -q -- '-*' $word
            if not string match -q -- '*=*' $word; and __cachectl_value "$at" $word >/dev/null
                set flag $word
            end
        else if set -l next (__cachectl_step "$at" $word)
            set at $next
        else
            set position (math $position + 1)
        end
    end
    set -l kind
    set -l inline ''
    if test -n "$flag"
        set kind (__cachectl_value "$at" $flag)
    else if test -z "$ended"; and string match -q -- '--*=*' $cur
        set inline (string replace -r -- '=.*' '=' $cur)
        set kind (__cachectl_value "$at" (string trim -r -c = -- $inline)); or return
        set cur (string replace -r -- '^[^=]*=' '' $cur)
    else if test -z "$ended"; and string match -q -- '-*' $cur
        __cachectl_flags "$at"
        return
    else if __cachectl_commands "$at"
        return
    else
        set kind (__cachectl_argument "$at" $position)
    end
    switch "$kind"
        case file
            string replace -r -- '^' $inline (__fish_complete_path $cur)
        case 'words *'
            printf '%s\n' $inline(string split ' ' (string replace 'words ' '' -- $kind))
        case 'lookup *'
            set -l plain (string unescape -- (string replace -r -- '^["\']' '' $cur))
            printf '%s\n' $inline($words[1] __complete (string replace 'lookup ' '' -- $kind) "$plain" $words[2..-1] 2>/dev/null </dev/null)
    end
end

complete -c cachectl -f -a '(__cachectl_complete)'

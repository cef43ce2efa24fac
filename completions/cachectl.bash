# bash completion for cachectl, made from its commands. In ~/.bashrc: source <(cachectl completion bash)

# Goes one word further: sets `at`, fails where the word is no command.
_cachectl_step() {
  case "$at $1" in
    ' warm') at='warm' ;;
    ' verify') at='verify' ;;
    ' clear') at='clear' ;;
    ' restore') at='restore' ;;
    ' keys') at='keys' ;;
    ' ttl') at='ttl' ;;
    ' tags') at='tags' ;;
    ' invalidate') at='invalidate' ;;
    ' deploy') at='deploy' ;;
    ' listen') at='listen' ;;
    ' dead-letters') at='dead-letters' ;;
    ' namespace') at='namespace' ;;
    ' inspect') at='inspect' ;;
    ' stats') at='stats' ;;
    ' analyze') at='analyze' ;;
    ' loadtest') at='loadtest' ;;
    ' ping') at='ping' ;;
    ' doctor') at='doctor' ;;
    ' init') at='init' ;;
    ' key') at='key' ;;
    ' layout') at='layout' ;;
    ' config') at='config' ;;
    ' completion') at='completion' ;;
    ' demo') at='demo' ;;
    ' help') at='help' ;;
    'tags list') at='tags list' ;;
    'tags show') at='tags show' ;;
    'tags add') at='tags add' ;;
    'tags repair') at='tags repair' ;;
    'dead-letters list') at='dead-letters list' ;;
    'dead-letters replay') at='dead-letters replay' ;;
    'namespace list') at='namespace list' ;;
    'namespace get') at='namespace get' ;;
    'namespace bump') at='namespace bump' ;;
    'namespace rollback') at='namespace rollback' ;;
    'namespace gc') at='namespace gc' ;;
    'stats diff') at='stats diff' ;;
    'key explain') at='key explain' ;;
    'key for') at='key for' ;;
    'layout detect') at='layout detect' ;;
    'config validate') at='config validate' ;;
    'config show') at='config show' ;;
    'config schema') at='config schema' ;;
    *) return 1 ;;
  esac
}

# What can follow `at`: sets `kind` for the argument at position $1.
_cachectl_argument() {
  case "$at" in
    '') kind='words warm verify clear restore keys ttl tags invalidate deploy listen dead-letters namespace inspect stats analyze loadtest ping doctor init key layout config completion demo help' ;;
    'tags') kind='words list show add repair' ;;
    'dead-letters') kind='words list replay' ;;
    'namespace') kind='words list get bump rollback gc' ;;
    'stats') kind='words diff' ;;
    'key') kind='words explain for' ;;
    'layout') kind='words detect' ;;
    'config') kind='words validate show schema' ;;
    *) kind=any ;;
  esac
  case "$at $1" in
    'tags show '*) kind='lookup tags' ;;
    'tags add 1') kind='lookup keys' ;;
    'tags add '*) kind='lookup tags' ;;
    'dead-letters replay '*) kind='any' ;;
    'namespace list '*) kind='lookup namespaces' ;;
    'namespace get '*) kind='lookup namespaces' ;;
    'namespace bump '*) kind='lookup namespaces' ;;
    'namespace rollback 1') kind='lookup namespaces' ;;
    'namespace gc '*) kind='lookup namespaces' ;;
    'stats diff 1') kind='file' ;;
    'stats diff 2') kind='file' ;;
    'key explain '*) kind='lookup keys' ;;
    'key for '*) kind='lookup keys' ;;
    'verify '*) kind='any' ;;
    'clear '*) kind='lookup keys' ;;
    'restore 1') kind='file' ;;
    'keys '*) kind='lookup keys' ;;
    'ttl '*) kind='lookup keys' ;;
    'invalidate 1') kind='lookup events' ;;
    'deploy 1') kind='lookup events' ;;
    'inspect '*) kind='lookup keys' ;;
    'stats '*) kind='any' ;;
    'loadtest '*) kind='any' ;;
    'completion 1') kind='words bash zsh fish powershell' ;;
    'help '*) kind='lookup topics' ;;
  esac
}

# What the value of the flag $1 can be: sets `kind`, fails where it is a switch.
_cachectl_value() {
  case "$at $1" in
    *' --user' | *' --password' | *' --sentinel-user' | *' --tls-server-name' | *' --client-name' | *' --nat-map' | *' --connect-timeout' | *' --command-timeout' | *' --connect-retries' | *' --url' | *' --timeout' | *' --limit' | *' --where' | *' --concurrency' | *' --concurrency-per-host' | *' --rate' | *' --max-failures' | *' --activate-if' | *' --key-version' | *' --regex' | *' --type' | *' --ttl' | 'clear --idle' | 'keys --idle' | 'ttl --idle' | 'namespace gc --idle' | *' --size' | *' --django-view' | *' --method' | *' --header' | *' --django-fragment' | *' --vary' | *' --django-session' | *' --rails-key' | *' --spring-cache' | *' --max-keys' | *' --soft' | *' --max-latency' | *' --confirm' | *' --max-age' | *' --chunk' | *' --with' | *' --top' | 'ping --count' | *' --set' | *' --jitter' | *' --extend' | *' --cap' | *' --data' | *' --group' | *' --consumer' | *' --from' | *' --channel' | *' --http' | *' --coalesce' | *' --max-tries' | *' --retry-after' | *' --claim-after' | 'listen --keep' | 'namespace gc --keep' | *' --drain' | *' --event' | 'namespace rollback --to' | *' --max-bytes' | *' --max-items' | *' --decode' | *' --max-decode' | 'stats --watch' | *' --interval' | *' --depth' | *' --separator' | *' --sample' | *' --max-events' | *' --samples' | *' --hot' | *' --weight' | *' --distribution' | *' --seed' | *' --allow-remote' | *' --connections' | *' --requests' | *' -n' | *' --duration' | *' -d' | *' --stages' | *' --search' | *' --max-in-flight' | *' --warmup' | *' --request-timeout' | *' --workers' | *' --repeat' | *' --count-header' | *' --mix' | *' --keys' | *' --value-size' | *' --pipeline' | *' --hit-rate' | *' --origin' | *' --path' | *' --sitemap' | *' --scope-name' | *' --within') kind='any' ;;
    *' --password-file' | *' --sentinel-password-file' | *' --tls-ca' | *' --tls-cert' | *' --tls-key' | *' --config' | *' -c' | *' --report' | *' --keys-from' | *' --plan' | *' --backup' | *' --resume' | *' --audit' | *' --apply' | *' --data-from' | *' --http-token-file' | *' --http-secret-file' | 'inspect --to' | *' --save' | *' --baseline' | *' --requests-from' | *' --access-log') kind='file' ;;
    *' --protocol') kind='words 2 3' ;;
    *' --read-from') kind='words primary replica' ;;
    *' --on-unavailable') kind='words fail skip' ;;
    *' --env' | *' -e') kind='lookup connections' ;;
    ' --output' | ' -o') kind='words table tree json ndjson csv markdown junit prometheus hdr' ;;
    'warm --output' | 'warm -o') kind='words table json ndjson csv markdown' ;;
    'verify --output' | 'verify -o') kind='words table json markdown junit' ;;
    'clear --output' | 'restore --output' | 'ttl --output' | 'tags show --output' | 'tags add --output' | 'tags repair --output' | 'invalidate --output' | 'deploy --output' | 'dead-letters replay --output' | 'namespace get --output' | 'namespace bump --output' | 'namespace rollback --output' | 'namespace gc --output' | 'init --output' | 'key explain --output' | 'layout detect --output' | 'config validate --output' | 'clear -o' | 'restore -o' | 'ttl -o' | 'tags show -o' | 'tags add -o' | 'tags repair -o' | 'invalidate -o' | 'deploy -o' | 'dead-letters replay -o' | 'namespace get -o' | 'namespace bump -o' | 'namespace rollback -o' | 'namespace gc -o' | 'init -o' | 'key explain -o' | 'layout detect -o' | 'config validate -o') kind='words table json' ;;
    'keys --output' | 'keys -o') kind='words table json ndjson csv' ;;
    'tags list --output' | 'dead-letters list --output' | 'namespace list --output' | 'stats diff --output' | 'ping --output' | 'doctor --output' | 'config show --output' | 'tags list -o' | 'dead-letters list -o' | 'namespace list -o' | 'stats diff -o' | 'ping -o' | 'doctor -o' | 'config show -o') kind='words table json csv markdown' ;;
    'listen --output' | 'listen -o') kind='words table ndjson json' ;;
    'inspect --output' | 'key for --output' | 'inspect -o' | 'key for -o') kind='words table json ndjson' ;;
    'stats --output' | 'stats -o') kind='words table json ndjson csv markdown junit prometheus' ;;
    'analyze --output' | 'analyze -o') kind='words table tree json csv markdown' ;;
    'loadtest --output' | 'loadtest -o') kind='words table json csv markdown junit hdr' ;;
    'config schema --output' | 'config schema -o') kind='words json' ;;
    'completion --output' | 'demo --output' | 'help --output' | 'completion -o' | 'demo -o' | 'help -o') kind='words table' ;;
    *' --scope' | *' -s') kind='lookup scopes' ;;
    *' --lock') kind='words wait skip off' ;;
    *' --layout') kind='words plain django rails laravel spring symfony wordpress keyv' ;;
    *' --assert') kind='lookup metrics' ;;
    *' --pattern' | *' -p' | *' --exclude' | *' --stream' | *' --dead-letters') kind='lookup keys' ;;
    *' --tag' | *' --laravel-tag' | *' --symfony-tag') kind='lookup tags' ;;
    *' --match') kind='words any all' ;;
    *' --wordpress-group') kind='lookup groups' ;;
    *' --sort') kind='words ttl size idle' ;;
    *' --only') kind='words hits keys' ;;
    *' --arrivals') kind='words constant poisson' ;;
    *' --compare') kind='words cold,warm origin,cache none' ;;
    *' --export') kind='words k6' ;;
    *' --mode') kind='words store touch' ;;
    *) return 1 ;;
  esac
}

_cachectl_flags() {
  case "$at" in
    'warm') printf '%s ' --scope --limit --where --concurrency --concurrency-per-host --rate --adaptive --only-missing --force --certify --lock --max-failures --stop-on-failure --allow-failures --next-version --activate-if --targets --report --dry-run --layout --key-version --raw ;;
    'verify') printf '%s ' --scope --limit --concurrency --concurrency-per-host --rate --adaptive --fix --assert --allow-no-data --layout --key-version --raw ;;
    'clear') printf '%s ' --pattern --keys-from --null --scope --all --tag --match --exclude --regex --type --ttl --idle --size --limit --quoted-input --django-view --method --header --django-fragment --vary --django-session --rails-key --laravel-tag --spring-cache --symfony-tag --wordpress-group --layout --key-version --raw --dry-run --plan --max-keys --backup --soft --resume --rate --max-latency --audit --yes --confirm --apply --max-age --rewarm --chunk --max-failures --flush ;;
    'restore') printf '%s ' --replace --pattern --dry-run --quoted-input --layout --key-version --raw --audit --yes --confirm ;;
    'keys') printf '%s ' --pattern --keys-from --scope --all --tag --match --exclude --regex --type --ttl --idle --size --limit --quoted-input --django-view --method --header --django-fragment --vary --django-session --rails-key --laravel-tag --spring-cache --symfony-tag --wordpress-group --layout --key-version --raw --null --with --sort --top --count ;;
    'ttl') printf '%s ' --set --jitter --extend --cap --persist --only-missing --dry-run --rate --max-latency --pattern --keys-from --null --scope --all --tag --match --exclude --regex --type --ttl --idle --size --limit --quoted-input --django-view --method --header --django-fragment --vary --django-session --rails-key --laravel-tag --spring-cache --symfony-tag --wordpress-group --layout --key-version --raw --audit --yes --confirm ;;
    'tags list') printf '%s ' --limit --layout --key-version --raw ;;
    'tags show') printf '%s ' --limit --quoted-input --layout --key-version --raw ;;
    'tags add') printf '%s ' --quoted-input --layout --key-version --raw ;;
    'tags repair') printf '%s ' --dry-run --layout --key-version --raw ;;
    'invalidate') printf '%s ' --data --data-from --dry-run --yes --confirm --layout --key-version --raw ;;
    'deploy') printf '%s ' --data --data-from --no-check --allow-no-data --dry-run --yes --confirm --layout --key-version --raw ;;
    'listen') printf '%s ' --stream --group --consumer --from --channel --http --http-token-file --http-secret-file --coalesce --max-tries --retry-after --claim-after --dead-letters --keep --drain --yes --confirm --layout --key-version --raw ;;
    'dead-letters list') printf '%s ' --dead-letters --event --limit ;;
    'dead-letters replay') printf '%s ' --all --event --dead-letters --dry-run ;;
    'namespace list') printf '%s ' --layout --key-version --raw ;;
    'namespace get') printf '%s ' --layout --key-version --raw ;;
    'namespace bump') printf '%s ' --dry-run --layout --key-version --raw --audit --yes --confirm ;;
    'namespace rollback') printf '%s ' --to --dry-run --layout --key-version --raw --audit --yes --confirm ;;
    'namespace gc') printf '%s ' --keep --dry-run --plan --max-keys --backup --soft --resume --rate --max-latency --audit --yes --confirm --apply --max-age --exclude --regex --type --ttl --idle --size --limit --quoted-input --layout --key-version --raw ;;
    'inspect') printf '%s ' --max-bytes --max-items --decode --max-decode --raw-value --to --no-value --watch --interval --quoted-input --django-view --method --header --django-fragment --vary --django-session --rails-key --laravel-tag --spring-cache --symfony-tag --wordpress-group --layout --key-version --raw ;;
    'stats') printf '%s ' --interval --watch --by-prefix --depth --separator --by-group --only --sample --max-events --yes --assert --check --allow-no-data --save --baseline --per-node --repair ;;
    'analyze') printf '%s ' --pattern --exclude --sample --depth --separator --top --samples --idle --hot --max-events --yes --advise --report --rate --max-latency --quoted-input --layout --key-version --raw ;;
    'loadtest') printf '%s ' --scope --requests-from --limit --weight --distribution --seed --allow-remote --connections --requests --duration --rate --stages --search --arrivals --max-in-flight --warmup --request-timeout --workers --compare --repeat --count-header --confirm --redis --mix --keys --value-size --pipeline --assert --baseline --report --export --layout --key-version --raw ;;
    'ping') printf '%s ' --count --layout --key-version --raw ;;
    'doctor') printf '%s ' --strict --hit-rate --layout --key-version --raw ;;
    'init') printf '%s ' --origin --path --sitemap --access-log --scope-name --limit --mode --force --no-check --no-schema --layout ;;
    'key explain') printf '%s ' --layout --key-version --raw --quoted-input ;;
    'key for') printf '%s ' --django-view --method --header --django-fragment --vary --django-session --rails-key --laravel-tag --spring-cache --symfony-tag --wordpress-group --layout --key-version --raw --quoted-input ;;
    'layout detect') printf '%s ' --sample --within ;;
    'demo') printf '%s ' --keep --install ;;
  esac
  case "$at" in
    'warm' | 'verify' | 'clear' | 'restore' | 'keys' | 'ttl' | 'tags list' | 'tags show' | 'tags add' | 'tags repair' | 'invalidate' | 'deploy' | 'listen' | 'dead-letters list' | 'dead-letters replay' | 'namespace list' | 'namespace get' | 'namespace bump' | 'namespace rollback' | 'namespace gc' | 'inspect' | 'stats' | 'analyze' | 'loadtest' | 'ping' | 'doctor' | 'init' | 'key for' | 'layout detect') printf '%s ' --user --password --password-file --askpass --sentinel-user --sentinel-password-file --tls --tls-ca --tls-cert --tls-key --tls-server-name --tls-skip-verify --protocol --client-name --read-from --nat-map --connect-timeout --command-timeout --connect-retries --on-unavailable ;;
  esac
  printf '%s ' --config --url --env --output --json --quiet --verbose --no-color --no-pager --no-input --timeout --help --version
}

_cachectl() {
  local rest=${COMP_LINE:0:COMP_POINT} gap word cur cut at='' flag='' kind='' ended='' quoted='' position=1 i
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    gap=${rest%%[![:space:]]*}
    rest=${rest#"$gap"}
    word=${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then word=$rest; fi
    if [[ $i == 0 || -n $gap ]]; then words+=("$word"); else words[${#words[@]} - 1]+=$word; fi
    rest=${rest#"$word"}
  done
  cur=${words[${#words[@]} - 1]}
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    if [[ -n $flag ]]; then
      flag=''
    elif [[ -z $ended && $word == -- ]]; then
      ended=yes
    elif [[ -z $ended && $word == -* ]]; then
      if [[ $word != *=* ]] && _cachectl_value "$word"; then flag=$word; fi
    else
      _cachectl_step "$word" || position=$((position + 1))
    fi
  done
  COMPREPLY=()
  if [[ -n $flag ]]; then
    _cachectl_value "$flag"
  elif [[ -z $ended && $cur == --*=* ]]; then
    _cachectl_value "${cur%%=*}" || return 0
    if [[ $COMP_WORDBREAKS != *=* ]]; then cut=${cur%%=*}=; fi
    cur=${cur#*=}
  elif [[ -z $ended && $cur == -* ]]; then
    while IFS='' read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$(_cachectl_flags)" -- "$cur")
    return 0
  else
    _cachectl_argument "$position"
  fi
  if [[ $cur == [\"\']* ]]; then
    quoted=yes
    cur=${cur#?}
  fi
  case $kind in
    file)
      compopt -o filenames 2>/dev/null
      while IFS='' read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
      ;;
    words*)
      while IFS='' read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "${kind#words }" -- "$cur")
      ;;
    lookup*)
      while IFS='' read -r word; do
        if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
      done < <("${words[0]}" __complete "${kind#lookup }" "$cur" "${words[@]:1:${#words[@]}-2}" 2>/dev/null </dev/null)
      # More follows the beginning of a key.
      if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
      ;;
  esac
  if [[ -n ${cut-} ]]; then
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=$cut${COMPREPLY[i]}; done
  elif [[ -z $quoted && $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"${cur%"${cur##*:}"}"}; done
  fi
}

complete -F _cachectl cachectl

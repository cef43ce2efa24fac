import { argumentArms, quote, stepArms, valueArms } from './posix.ts';
import type { Vocabulary, Word } from './vocabulary.ts';

/**
 * For bash 3.2 (macOS) and later, without the bash-completion package. bash cuts words at `:` and `=`
 * (COMP_WORDBREAKS), so the script puts them together again and gives back only what follows the last cut.
 */
export function bashScript(vocabulary: Vocabulary): string {
  return `# bash completion for cachectl, made from its commands. In ~/.bashrc: source <(cachectl completion bash)

# Goes one word further: sets \`at\`, fails where the word is no command.
_cachectl_step() {
  case "$at $1" in
${stepArms(vocabulary)}
    *) return 1 ;;
  esac
}

# What can follow \`at\`: sets \`kind\` for the argument at position $1.
_cachectl_argument() {
  case "$at" in
${vocabulary.branches.map(({ path, words }) => `    ${quote(path)}) kind=${quote(`words ${list(words)}`)} ;;`).join('\n')}
    *) kind=any ;;
  esac
  case "$at $1" in
${argumentArms(vocabulary)}
  esac
}

# What the value of the flag $1 can be: sets \`kind\`, fails where it is a switch.
_cachectl_value() {
  case "$at $1" in
${valueArms(vocabulary)}
    *) return 1 ;;
  esac
}

_cachectl_flags() {
  case "$at" in
${vocabulary.commandFlags
  .filter(({ words }) => words.length > 0)
  .map(({ path, words }) => `    ${quote(path)}) printf '%s ' ${list(words)} ;;`)
  .join('\n')}
  esac
  case "$at" in
    ${vocabulary.redisCommands.map(quote).join(' | ')}) printf '%s ' ${list(vocabulary.redisFlags)} ;;
  esac
  printf '%s ' ${list(vocabulary.globalFlags)}
}

_cachectl() {
  local rest=\${COMP_LINE:0:COMP_POINT} gap word cur cut at='' flag='' kind='' ended='' quoted='' position=1 i
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    gap=\${rest%%[![:space:]]*}
    rest=\${rest#"$gap"}
    word=\${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then word=$rest; fi
    if [[ $i == 0 || -n $gap ]]; then words+=("$word"); else words[\${#words[@]} - 1]+=$word; fi
    rest=\${rest#"$word"}
  done
  cur=\${words[\${#words[@]} - 1]}
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
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
    _cachectl_value "\${cur%%=*}" || return 0
    if [[ $COMP_WORDBREAKS != *=* ]]; then cut=\${cur%%=*}=; fi
    cur=\${cur#*=}
  elif [[ -z $ended && $cur == -* ]]; then
    while IFS='' read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$(_cachectl_flags)" -- "$cur")
    return 0
  else
    _cachectl_argument "$position"
  fi
  if [[ $cur == [\\"\\']* ]]; then
    quoted=yes
    cur=\${cur#?}
  fi
  case $kind in
    file)
      compopt -o filenames 2>/dev/null
      while IFS='' read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$cur")
      ;;
    words*)
      while IFS='' read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "\${kind#words }" -- "$cur")
      ;;
    lookup*)
      while IFS='' read -r word; do
        if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
      done < <("\${words[0]}" __complete "\${kind#lookup }" "$cur" "\${words[@]:1:\${#words[@]}-2}" 2>/dev/null </dev/null)
      # More follows the beginning of a key.
      if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
      ;;
  esac
  if [[ -n \${cut-} ]]; then
    for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=$cut\${COMPREPLY[i]}; done
  elif [[ -z $quoted && $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=\${COMPREPLY[i]#"\${cur%"\${cur##*:}"}"}; done
  fi
}

complete -F _cachectl cachectl
`;
}

function list(words: readonly Word[]): string {
  return words.map(({ word }) => word).join(' ');
}

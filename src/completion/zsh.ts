import { argumentArms, quote, stepArms, valueArms } from './posix.ts';
import type { Vocabulary, Word } from './vocabulary.ts';

/** For zsh 5 and later: as a file `_cachectl` in `fpath`, or sourced after compinit. */
export function zshScript(vocabulary: Vocabulary): string {
  return `#compdef cachectl
# zsh completion for cachectl, made from its commands. In ~/.zshrc, after compinit: source <(cachectl completion zsh)

# Goes one word further: sets \`at\`, fails where the word is no command.
_cachectl_step() {
  case "$at $1" in
${stepArms(vocabulary)}
    *) return 1 ;;
  esac
}

# The commands that can follow \`at\`: sets \`offers\`, fails where there are none.
_cachectl_commands() {
  case "$at" in
${vocabulary.branches.map(({ path, words }) => `    ${quote(path)}) offers=(\n${described(words, 6)}\n    ) ;;`).join('\n')}
    *) return 1 ;;
  esac
}

# What the argument at position $1 can be: sets \`kind\`.
_cachectl_argument() {
  case "$at $1" in
${argumentArms(vocabulary)}
    *) kind=any ;;
  esac
}

# What the value of the flag $1 can be: sets \`kind\`, fails where it is a switch.
_cachectl_value() {
  case "$at $1" in
${valueArms(vocabulary)}
    *) return 1 ;;
  esac
}

# The flags of \`at\`: sets \`offers\`.
_cachectl_flags() {
  case "$at" in
${vocabulary.commandFlags
  .filter(({ words }) => words.length > 0)
  .map(({ path, words }) => `    ${quote(path)}) offers=(\n${described(words, 6)}\n    ) ;;`)
  .join('\n')}
  esac
  case "$at" in
    ${vocabulary.redisCommands.map(quote).join('|')}) offers+=(
${described(vocabulary.redisFlags, 6)}
    ) ;;
  esac
  offers+=(
${described(vocabulary.globalFlags, 4)}
  )
}

_cachectl() {
  local word at='' flag='' kind='' ended=''
  local -i i position=1
  local -a offers whole parts
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
    if [[ -n $flag ]]; then
      flag=''
    elif [[ -z $ended && $word == -- ]]; then
      ended=yes
    elif [[ -z $ended && $word == -* ]]; then
      if [[ $word != *=* ]] && _cachectl_value "$word"; then flag=$word; fi
    else
      _cachectl_step "$word" || position+=1
    fi
  done
  if [[ -n $flag ]]; then
    _cachectl_value "$flag"
  elif [[ -z $ended && $PREFIX == --*=* ]]; then
    _cachectl_value "\${PREFIX%%=*}" || return 1
    compset -P 1 '*='
  elif [[ -z $ended && $PREFIX == -* ]]; then
    _cachectl_flags
    _describe -o 'flag' offers
    return
  elif _cachectl_commands; then
    _describe 'command' offers
    return
  else
    _cachectl_argument $position
  fi
  case $kind in
    file) _files ;;
    words*) compadd -- \${=kind#words } ;;
    lookup*)
      offers=("\${(@f)$("\${(Q)words[1]}" __complete "\${kind#lookup }" "\${(Q)PREFIX}" "\${(@Q)words[2,CURRENT-1]}" 2>/dev/null </dev/null)}")
      # More follows the beginning of a key.
      parts=(\${(M)offers:#*:})
      whole=(\${offers:#*:})
      compadd -S '' -a parts
      compadd -a whole
      ;;
    *) return 1 ;;
  esac
}

if [[ \${funcstack[1]} == _cachectl ]]; then _cachectl "$@"; else compdef _cachectl cachectl; fi
`;
}

function described(words: readonly Word[], indent: number): string {
  return words
    .map(({ word, summary }) => ' '.repeat(indent) + quote(`${word.replaceAll(':', '\\:')}:${summary}`))
    .join('\n');
}

import { valuesText } from './posix.ts';
import type { Vocabulary, Word } from './vocabulary.ts';

/** For fish 3 and later. */
export function fishScript(vocabulary: Vocabulary): string {
  return `# fish completion for cachectl, made from its commands. In ~/.config/fish/config.fish: cachectl completion fish | source

# The path after one word more; fails where the word is no command.
function __cachectl_step --argument-names at word
    switch "$at $word"
${vocabulary.branches.flatMap(({ path, words }) => words.map(({ word }) => `        case ${quote(`${path} ${word}`)}\n            echo ${quote(path === '' ? word : `${path} ${word}`)}`)).join('\n')}
        case '*'
            return 1
    end
end

# The commands that can follow a path; fails where there are none.
function __cachectl_commands --argument-names at
    switch "$at"
${vocabulary.branches.map(({ path, words }) => `        case ${quote(path)}\n            printf '%s\\t%s\\n' ${described(words)}`).join('\n')}
        case '*'
            return 1
    end
end

# What an argument can be.
function __cachectl_argument --argument-names at position
    switch "$at $position"
${vocabulary.arguments.map(({ path, position, values }) => `        case ${quote(`${path} ${position}`)}\n            echo ${quote(valuesText(values))}`).join('\n')}
        case '*'
            echo any
    end
end

# What the value of a flag can be; fails where it is a switch.
function __cachectl_value --argument-names at flag
    switch "$at $flag"
${vocabulary.valueRules.map(({ values, flags }) => `        case ${flags.map(({ path, name }) => quote(`${path ?? '*'} ${name}`)).join(' ')}\n            echo ${quote(valuesText(values))}`).join('\n')}
        case '*'
            return 1
    end
end

function __cachectl_flags --argument-names at
    switch "$at"
${vocabulary.commandFlags
  .filter(({ words }) => words.length > 0)
  .map(
    ({ path, words }) => `        case ${quote(path)}\n            printf '%s\\t%s\\n' ${described(words)}`,
  )
  .join('\n')}
    end
    switch "$at"
        case ${vocabulary.redisCommands.map(quote).join(' ')}
            printf '%s\\t%s\\n' ${described(vocabulary.redisFlags)}
    end
    printf '%s\\t%s\\n' ${described(vocabulary.globalFlags)}
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
            printf '%s\\n' $inline(string split ' ' (string replace 'words ' '' -- $kind))
        case 'lookup *'
            set -l plain (string unescape -- (string replace -r -- '^["\\']' '' $cur))
            printf '%s\\n' $inline($words[1] __complete (string replace 'lookup ' '' -- $kind) "$plain" $words[2..-1] 2>/dev/null </dev/null)
    end
end

complete -c cachectl -f -a '(__cachectl_complete)'
`;
}

function described(words: readonly Word[]): string {
  return words.map(({ word, summary }) => `${quote(word)} ${quote(summary)}`).join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

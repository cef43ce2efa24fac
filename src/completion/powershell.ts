import { valuesText } from './posix.ts';
import type { Vocabulary, Word } from './vocabulary.ts';

/** For PowerShell 5.1 and 7, on every system. */
export function powershellScript(vocabulary: Vocabulary): string {
  return `# PowerShell completion for cachectl, made from its commands.
# In the file that $PROFILE names: cachectl completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'cachectl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # The words that can follow a path, and the flags of a command, each with what it means.
    $branches = @{
${table(vocabulary.branches)}
    }
    $commandFlags = @{
${table(vocabulary.commandFlags)}
    }
    $redisFlags = ${pairs(vocabulary.redisFlags)}
    $globalFlags = ${pairs(vocabulary.globalFlags)}
    $redisCommands = @(${vocabulary.redisCommands.map(quote).join(', ')})
    # What the values of flags are: by command and flag, or by flag alone.
    $values = @{
${vocabulary.valueRules.flatMap(({ values, flags }) => flags.map(({ path, name }) => `        ${quote(path === undefined ? name : `${path} ${name}`)} = ${quote(valuesText(values))}`)).join('\n')}
    }
    # What arguments are: by command and position.
    $arguments = @{
${vocabulary.arguments.map(({ path, position, values }) => `        ${quote(`${path} ${position}`)} = ${quote(valuesText(values))}`).join('\n')}
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
`;
}

function table(branches: Vocabulary['branches']): string {
  return branches.map(({ path, words }) => `        ${quote(path)} = ${pairs(words)}`).join('\n');
}

function pairs(words: readonly Word[]): string {
  if (words.length === 0) return '[ordered]@{}';
  return `[ordered]@{ ${words.map(({ word, summary }) => `${quote(word)} = ${quote(summary)}`).join('; ')} }`;
}

function quote(text: string): string {
  // Typographic apostrophes end a string in PowerShell as the plain one does.
  return `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}

import type { CommandSpec } from '../cli/command.ts';
import { bashScript } from './bash.ts';
import type { Shell } from './command.ts';
import { fishScript } from './fish.ts';
import { powershellScript } from './powershell.ts';
import { vocabularyOf, type Vocabulary } from './vocabulary.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS: Readonly<Record<Shell, (vocabulary: Vocabulary) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

/** Where each shell's script is in `completions/`: named as the shell, or its packagers, look for it. */
export const SCRIPT_FILES: Readonly<Record<Shell, string>> = {
  bash: 'cachectl.bash',
  zsh: '_cachectl',
  fish: 'cachectl.fish',
  powershell: 'cachectl.ps1',
};

/** A shell's script, made from the command specs. Ends with a line feed. */
export function completionScript(shell: Shell, specs: readonly CommandSpec[]): string {
  return SCRIPTS[shell](vocabularyOf(specs));
}

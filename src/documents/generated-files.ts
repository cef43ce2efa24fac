import type { CommandSpec } from '../cli/command.ts';
import { SHELLS } from '../completion/command.ts';
import { completionScript, SCRIPT_FILES } from '../completion/scripts.ts';
import { replaceMarked } from './marked-part.ts';
import { commandTable, exitCodeTable } from './readme-tables.ts';

/** A checked-in file that is made, wholly or in part, from the command specs. */
export interface GeneratedFile {
  /** From the package's root, with forward slashes. */
  readonly path: string;
  /** What it has to say, given what it says now; `undefined` where it is not there yet. */
  readonly update: (before: string | undefined) => string;
}

/** Every such file. `npm run generate` writes them, and a test holds them equal. Pure. */
export function generatedFiles(specs: readonly CommandSpec[]): readonly GeneratedFile[] {
  return [
    ...SHELLS.map((shell) => ({
      path: `completions/${SCRIPT_FILES[shell]}`,
      update: () => completionScript(shell, specs),
    })),
    {
      path: 'README.md',
      update: (before = '') =>
        replaceMarked(replaceMarked(before, 'commands', commandTable(specs)), 'exit codes', exitCodeTable()),
    },
  ];
}

import type { CommandSpec } from '../cli/command.ts';
import { SHELLS } from '../completion/command.ts';
import { completionScript, SCRIPT_FILES } from '../completion/scripts.ts';
import { commandPage, indexPage, pageFile } from './command-page.ts';
import { manPages } from './man.ts';
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
    { path: 'docs/commands/README.md', update: () => indexPage(specs) },
    ...specs.map((spec) => ({
      path: `docs/commands/${pageFile(spec)}`,
      update: (before: string | undefined) => commandPage(spec, before),
    })),
    { path: 'package.json', update: (before = '{}') => withManPages(before, specs) },
    {
      path: 'README.md',
      update: (before = '') =>
        replaceMarked(replaceMarked(before, 'commands', commandTable(specs)), 'exit codes', exitCodeTable()),
    },
  ];
}

/** The field `man`, by which npm links the pages where the package is installed globally. */
function withManPages(text: string, specs: readonly CommandSpec[]): string {
  const fields = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const man = manPages(specs, '').map(({ file }) => `./dist/man/${file}`);
  return `${JSON.stringify({ ...fields, man }, undefined, 2)}\n`;
}

import { commandName, type CommandSpec } from '../cli/command.ts';
import { EXIT_CODE_MEANINGS } from '../cli/exit-code.ts';
import { pageFile } from './command-page.ts';
import { renderMarkdownTable } from '../terminal/csv.ts';

/** The README's table of commands, as the command specs have it. */
export function commandTable(specs: readonly CommandSpec[]): string {
  return renderMarkdownTable(
    ['command', 'what it does'],
    specs.map((spec) => [
      `[\`cachectl ${commandName(spec)}\`](docs/commands/${pageFile(spec)})`,
      spec.summary,
    ]),
  );
}

/** The README's table of exit codes. */
export function exitCodeTable(): string {
  return renderMarkdownTable(['code', 'meaning'], EXIT_CODE_MEANINGS);
}

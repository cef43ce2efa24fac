import { renderJson } from '../terminal/json.ts';
import type { TextStream } from '../terminal/streams.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { wrapProse } from '../terminal/wrap.ts';
import type { CommandSpec, Outcome, OutputFormat } from './command.ts';

/** Prints a report in one format. */
export async function printOutcome(
  outcome: Outcome,
  format: OutputFormat,
  terminal: TerminalInfo,
  out: TextStream,
): Promise<void> {
  const text = renderOutcome(outcome, format, terminal);
  if (text !== '') await out.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A report in one format; empty where there is nothing to print. */
export function renderOutcome(outcome: Outcome, format: OutputFormat, terminal: TerminalInfo): string {
  const { views } = outcome;
  switch (format) {
    case 'table':
      return terminal.interactive ? wrapProse(views.table(terminal), terminal.width) : views.table(terminal);
    case 'json':
      return renderJson(views.json(), 2);
    case 'ndjson':
      return (views.ndjson?.() ?? []).map((record) => renderJson(record)).join('\n');
    case 'tree':
      return views.tree?.(terminal) ?? '';
    case 'csv':
    case 'markdown':
    case 'junit':
    case 'prometheus':
    case 'hdr':
      return views[format]?.() ?? '';
  }
}

/** `--json` prints one document whatever happens, and so also where nothing was done. */
export async function printSkipped(
  spec: CommandSpec,
  format: OutputFormat,
  out: TextStream,
  code: string,
  message: string,
): Promise<void> {
  if (format !== 'json') return;
  const document = { schema: `cachectl/${spec.path.join('-')}/v1`, skipped: { code, message } };
  await out.write(`${renderJson(document, 2)}\n`);
}

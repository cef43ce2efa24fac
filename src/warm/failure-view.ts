import { redactUrl } from '../config/redact.ts';
import { escapeText, keyJson, printableKey } from '../keys/printable.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { wrap } from '../terminal/wrap.ts';
import { formatCount } from '../units/number.ts';
import { entryPlace } from './build-target.ts';
import type { Failure } from './failure.ts';
import type { FailureGroup } from './report.ts';

/** Failures that a person sees in full; `--json` has all of them. */
const SHOWN = 20;

/** Every cause with its targets, as lines. Empty where nothing failed. */
export function failureLines(
  groups: readonly FailureGroup[],
  failed: number,
  specPath: string,
  terminal: TerminalInfo,
  verb = 'failed',
): readonly string[] {
  const { style } = terminal;
  const lines: string[] = [];
  let shown = 0;
  for (const group of groups) {
    lines.push(style.bad(`${formatCount(group.failures.length)} ${verb}: ${group.message}`));
    const visible = group.failures.slice(0, SHOWN - shown);
    shown += visible.length;
    for (const failure of visible) lines.push(`  ${failureSubject(failure, specPath).join('  ')}`.trimEnd());
    if (group.hint !== undefined) {
      const hint = `  hint: ${group.hint}`;
      const whole = terminal.interactive ? wrap(hint, terminal.width) : [hint];
      for (const line of whole) lines.push(style.dim(line));
    }
  }
  if (failed > shown)
    lines.push(style.dim(`${formatCount(failed - shown)} more are not shown; --json lists them`));
  return lines;
}

/** What failed: key and URL, or the entry's place in the file where there was no key yet. */
export function failureSubject(failure: Failure, specPath: string): readonly [subject: string, url: string] {
  const subject =
    failure.key === undefined
      ? `${escapeText(failure.scope)} (${entryPlace(specPath, failure.entry)})`
      : printableKey(Buffer.from(failure.key, 'utf8'));
  return [subject, failure.url === undefined ? '' : escapeText(redactUrl(failure.url))];
}

/** The groups for JSON, with every failure that was kept. */
export function failuresJson(groups: readonly FailureGroup[]): readonly unknown[] {
  return groups.map(({ code, message, hint, failures }) => ({
    code,
    message,
    hint: hint ?? null,
    count: failures.length,
    targets: failures.map(({ scope, entry, key, url }) => ({
      scope,
      entry: { pointer: entry.at.pointer, line: entry.at.line },
      ...(key === undefined ? { key: null } : keyJson(Buffer.from(key, 'utf8'))),
      url: url === undefined ? null : redactUrl(url),
    })),
  }));
}

import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { countOf } from '../units/number.ts';

/** A mistake or a warning at one place of the spec file. Holds no secret. */
export interface Diagnostic {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number;
  readonly message: string;
  /** The next thing to try; reads on from the message after a comma. */
  readonly suggestion?: string;
  /** The line of the file with secrets masked, letter for letter; empty where there is none to show. */
  readonly sourceLine: string;
}

/** The spec file is invalid. The message, of several lines, shows every mistake as {@link renderDiagnostics} does. */
export class ConfigError extends CachectlError {
  override readonly name = 'ConfigError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(everyMistake(diagnostics), {
      code: 'config.invalid',
      exitCode: ExitCode.usage,
      hint: '`cachectl config schema` prints what a spec file may contain',
    });
    this.diagnostics = diagnostics;
  }
}

/** Wide enough for a line of YAML, narrow enough for a terminal. */
const MAX_LINE_WIDTH = 160;

/**
 * Diagnostics for people: `file:line:column: message, suggestion`, the offending line and a caret
 * under the column. Control characters are escaped. No newline at the end.
 */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(renderDiagnostic).join('\n');
}

function renderDiagnostic(diagnostic: Diagnostic): string {
  const head = headline(diagnostic);
  if (diagnostic.sourceLine.trim() === '') return head;
  const line = diagnostic.sourceLine.replaceAll('\t', ' ');
  const caret = Math.min(diagnostic.column - 1, line.length);
  const from = line.length <= MAX_LINE_WIDTH ? 0 : Math.max(0, caret - MAX_LINE_WIDTH / 2);
  const before = (from > 0 ? '...' : '') + escapeText(line.slice(from, caret));
  const after = escapeText(line.slice(caret, from + MAX_LINE_WIDTH));
  const cut = line.length > from + MAX_LINE_WIDTH ? '...' : '';
  return `${head}\n    ${before}${after}${cut}\n    ${' '.repeat(columnsOf(before))}^`;
}

function headline({ path, line, column, message, suggestion }: Diagnostic): string {
  const words = suggestion === undefined ? message : `${message}, ${suggestion}`;
  return escapeText(`${path}:${line}:${column}: ${words}`);
}

/** Columns that text takes: East Asian and emoji characters take two. */
function columnsOf(text: string): number {
  const wide =
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;
  const narrow = /\p{M}/u;
  let columns = 0;
  for (const character of text) columns += wide.test(character) ? 2 : narrow.test(character) ? 0 : 1;
  return columns;
}

function everyMistake(diagnostics: readonly Diagnostic[]): string {
  const rendered = renderDiagnostics(diagnostics);
  if (diagnostics.length <= 1) return rendered;
  return `${countOf(diagnostics.length, 'mistake')} in ${escapeText(diagnostics[0]?.path ?? 'the spec file')}\n${rendered}`;
}

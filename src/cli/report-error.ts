import { escapeBlock, escapeText } from '../keys/printable.ts';
import type { Style } from '../terminal/style.ts';
import { wrapProse } from '../terminal/wrap.ts';
import { CachectlError } from './errors.ts';
import { ExitCode } from './exit-code.ts';

/** An error in the words that people and programs get. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
  /** Only for bugs, and for others under `--verbose`. */
  readonly stack: string | undefined;
}

/** Whatever was thrown, as a report. Anything but a CachectlError is a bug. */
export function describeError(error: unknown, verbose: boolean): ErrorReport {
  if (error instanceof CachectlError) {
    const stack = verbose ? stackOf(error.cause ?? error) : undefined;
    return { code: error.code, message: error.message, hint: error.hint, exitCode: error.exitCode, stack };
  }
  return {
    code: 'bug',
    message: `unexpected failure: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'this is a bug in cachectl; please report it with the lines below',
    exitCode: ExitCode.bug,
    stack: stackOf(error),
  };
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

/**
 * The error for people. Messages may hold several lines (all mistakes of a spec file). Sentences are broken for a
 * terminal of so many columns, where there is one.
 */
export function renderError(report: ErrorReport, style: Style, width?: number): string {
  const lines = [`${style.bad('error:')} ${escapeBlock(report.message)}`];
  if (report.hint !== undefined) lines.push(`${style.dim('hint:')} ${escapeText(report.hint)}`);
  const text = lines.join('\n');
  const whole = width === undefined ? text : wrapProse(text, width);
  return report.stack === undefined ? whole : `${whole}\n${escapeBlock(report.stack)}`;
}

/** The error as the one JSON document that `--json` promises. */
export function errorDocument(report: ErrorReport): unknown {
  return { error: { code: report.code, message: report.message, hint: report.hint ?? null } };
}

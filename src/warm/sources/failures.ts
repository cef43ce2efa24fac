import { CachectlError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { escapeText } from '../../keys/printable.ts';

/** A source that gives no values, or wrong ones; `code` is `source.<cause>`. Part of a run's report: exit 5. */
export function sourceFailure(code: string, message: string, hint: string, cause?: unknown): CachectlError {
  return new CachectlError(message, { code, exitCode: ExitCode.partial, hint, cause });
}

/** An expression for a message. */
export function quoted(expression: string): string {
  return `"${escapeText(expression)}"`;
}

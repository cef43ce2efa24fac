import type { OutputFormat } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { escapeText } from '../keys/printable.ts';

/**
 * The conditions of `--assert 'p99 < 50ms' 'dropped == 0'`: one flag is enough for several.
 * @param hint what else the user may have meant by an argument without `--assert`
 * @throws UsageError for such an argument
 */
export function readConditions(input: Input, command: string, hint: string): readonly string[] {
  const conditions = input.texts('assert');
  const [stray] = input.args;
  if (stray !== undefined && conditions.length === 0) {
    throw new UsageError(`${command} does not take the argument "${escapeText(stray)}"`, { hint });
  }
  return [...conditions, ...input.args];
}

/**
 * A JUnit report has one test case for each condition. Without any it would be empty, which CI shows as a
 * broken report, or as green although nothing was checked.
 * @param hint how to give conditions
 * @throws UsageError where there are none
 */
export function refuseEmptyJunit(
  format: OutputFormat | undefined,
  conditions: readonly unknown[],
  hint: string,
): void {
  if (format !== 'junit' || conditions.length > 0) return;
  throw new UsageError('-o junit shows assertions, and there are none', { hint });
}

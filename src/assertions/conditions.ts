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

import { UsageError } from './errors.ts';
import type { Input } from './input.ts';

/**
 * A flag that would have no effect is refused: whoever gives it believes that it has one.
 * @param names flags that mean nothing here
 * @param why the rest of the sentence that begins with the flag
 * @throws UsageError for the first of them that is given
 */
export function refuseIdle(input: Input, names: readonly string[], why: string, hint?: string): void {
  const idle = names.find((name) => input.has(name));
  if (idle !== undefined) throw new UsageError(`--${idle} ${why}`, { hint });
}

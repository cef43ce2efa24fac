import { UsageError } from '../../cli/errors.ts';
import type { Input } from '../../cli/input.ts';

/** Which stream of dead letters, and which events of it. */
export interface DeadLetterChoice {
  readonly key: Buffer;
  /** Names of events; none means all. */
  readonly events: readonly string[];
}

const DEFAULT_KEY = 'cache:events:dead';

/** @throws UsageError */
export function parseDeadLetters(input: Input): DeadLetterChoice {
  const key = input.text('dead-letters') ?? DEFAULT_KEY;
  if (key === '') throw new UsageError('--dead-letters is empty: it is the name of a stream');
  return { key: Buffer.from(key), events: input.texts('event') };
}

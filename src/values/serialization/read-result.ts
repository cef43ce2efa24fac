import type { PlainValue } from '../plain-value.ts';

/** What a reader made of bytes. */
export interface ReadResult {
  /** As far as it could be read. */
  readonly value: PlainValue;
  /** Bytes that belong to the value; what follows them does not. */
  readonly end: number;
  /** Why the value is not whole; `undefined` where it is. */
  readonly problem: string | undefined;
  /** Whether the problem is only that the rest would cost too much. */
  readonly limited?: boolean;
  /** What else is to be said about it. */
  readonly warnings?: readonly string[];
}

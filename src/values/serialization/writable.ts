import type { Entry, PlainValue } from '../plain-value.ts';

/** A value that a format has no form for, or that is nested too deeply to be written. */
export class NotWritable extends Error {
  override readonly name = 'NotWritable';
}

const DEEPEST = 1_000;

/** @throws NotWritable where a value is nested more deeply than readers take */
export function checkDepth(level: number): void {
  if (level > DEEPEST) throw new NotWritable(`nested deeper than ${DEEPEST} levels`);
}

/** @throws NotWritable always */
export function refuse(value: PlainValue, format: string): never {
  throw new NotWritable(`${format} has no form for a value of the kind ${value.kind}`);
}

/** The entries of a map with texts as names; the last of equal names wins, in the first one's place. */
export function namedEntries(entries: readonly Entry[], format: string): ReadonlyMap<string, PlainValue> {
  const named = new Map<string, PlainValue>();
  for (const [key, value] of entries) {
    if (key.kind !== 'text') refuse(key, `a name in ${format}`);
    named.set(key.text, value);
  }
  return named;
}

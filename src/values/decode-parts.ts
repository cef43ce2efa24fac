import type { DecodedContent, DecodedValue } from './decoded-value.ts';
import { detectValue } from './detect.ts';
import { openKeyv } from './envelopes.ts';
import type { Serialization } from './formats.ts';
import type { ReadResult } from './serialization/read-result.ts';

/** Looking at every token takes a second where JSON is this long many times over: longer JSON is text. */
const LONGEST_JSON_BYTES = 1024 * 1024;

/** Bytes as what they are by themselves: text, JSON, a number, or only bytes. */
export function shownAsIs(bytes: Buffer): DecodedContent {
  const detected = detectValue({
    bytes,
    totalBytes: bytes.length,
    truncated: bytes.length > LONGEST_JSON_BYTES,
  });
  return detected.kind === 'binary' ? { kind: 'bytes', bytes } : detected;
}

/** A value that is JSON, keyv's envelope among it, or a number. */
export function jsonOrInteger(content: DecodedContent): DecodedValue {
  const facts = content.kind === 'json' ? openKeyv(content.text) : undefined;
  if (facts !== undefined) return { chain: ['keyv', 'json'], content, facts, warnings: [] };
  return { chain: [content.kind === 'json' ? 'json' : 'text'], content, facts: [], warnings: [] };
}

/** Bytes that nothing is known of. */
export function plainBytes(bytes: Buffer, warnings: readonly string[] = []): DecodedValue {
  return { chain: [], content: { kind: 'bytes', bytes }, facts: [], warnings };
}

/** A value with one more step around it. */
export function around(step: string, inner: DecodedValue, warnings: readonly string[]): DecodedValue {
  return { ...inner, chain: [step, ...inner.chain], warnings: [...warnings, ...inner.warnings] };
}

/** What a reader has to complain of. */
export function problemsOf(format: Serialization, result: ReadResult, length: number): readonly string[] {
  if (result.problem !== undefined) return [`${format}: ${result.problem}`];
  return result.end < length ? [`${format}: ${length - result.end} bytes follow the value`] : [];
}

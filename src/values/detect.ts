import { decodeUtf8 } from '../keys/printable.ts';
import type { Excerpt } from './excerpt.ts';
import { isJsonDocument } from './serialization/json.ts';

/** What a value turned out to be; `text` is the value's own, not yet safe to show. */
export type DetectedValue =
  | { readonly kind: 'json' | 'integer' | 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Buffer };

/** Control characters other than white space and escape, which log lines and terminal output have. */
// eslint-disable-next-line no-control-regex -- these are exactly the characters to be counted
const CONTROL = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;
/** Text with more than one such character in so many is taken for binary data that happens to be UTF-8. */
const TEXT_PER_CONTROL = 10;
/** The beginning says enough; every match is an object of its own, and a value may have millions. */
const LOOKED_AT = 64 * 1024;
/** INCR's range is 64 bit: longer digits are text. */
const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;

/**
 * Finds out what a value is by looking at its bytes. A cut value is never JSON or an integer: what
 * is missing would change its meaning.
 */
export function detectValue(value: Excerpt): DetectedValue {
  const text = decodeUtf8(value.bytes);
  if (text === undefined || looksBinary(text)) return { kind: 'binary', bytes: value.bytes };
  if (value.truncated) return { kind: 'text', text };
  if (INTEGER.test(text)) return { kind: 'integer', text };
  return { kind: isJsonDocument(text) ? 'json' : 'text', text };
}

function looksBinary(text: string): boolean {
  const beginning = text.slice(0, LOOKED_AT);
  const controls = beginning.match(CONTROL)?.length ?? 0;
  return controls * TEXT_PER_CONTROL > beginning.length;
}

/** Redis glob patterns (`*`, `?`, `[a-c]`, `[^x]`, `\`), handled as bytes. Source: the KEYS documentation. */

const SPECIAL = new Set(Buffer.from('*?[]\\'));
const STAR = 0x2a;
const QUESTION = 0x3f;
const BACKSLASH = 0x5c;

/** The pattern that matches exactly these bytes. */
export function escapeGlob(literal: Uint8Array): Buffer {
  const escaped: number[] = [];
  for (const byte of literal) {
    if (SPECIAL.has(byte)) escaped.push(BACKSLASH);
    escaped.push(byte);
  }
  return Buffer.from(escaped);
}

/** Whether a pattern is made of nothing but `*` and `?`: it selects keys by length at most. */
export function matchesEverything(pattern: Uint8Array): boolean {
  return pattern.length > 0 && pattern.every((byte) => byte === STAR || byte === QUESTION);
}

/** Whether a text has a character that means something in a pattern: someone may have forgotten `--pattern`. */
export function looksLikePattern(text: string): boolean {
  return /[*?]|\[.*\]/.test(text);
}

const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;

/**
 * Whether a key matches a pattern, byte for byte as the server decides it (checked against a real one
 * by a property test). Only the last `*` is ever tried again, so the time is bounded by the product of
 * the two lengths.
 */
export function matchesGlob(pattern: Uint8Array, key: Uint8Array): boolean {
  // SCAN takes a lone star for "no pattern"; otherwise nothing but an empty pattern matches an empty key.
  if (pattern.length === 1 && pattern[0] === STAR) return true;
  if (key.length === 0) return pattern.length === 0;
  let p = 0;
  let k = 0;
  let starPattern = -1;
  let starKey = 0;
  while (k < key.length) {
    if (pattern[p] === STAR) {
      starPattern = ++p;
      starKey = k;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, key[k] ?? 0) : -1;
    if (next !== -1) {
      p = next;
      k++;
    } else if (starPattern === -1) return false;
    else {
      p = starPattern;
      k = ++starKey;
    }
  }
  while (pattern[p] === STAR) p++;
  return p === pattern.length;
}

/** Where the pattern goes on after matching one byte at `p`, or -1 where the byte does not match. */
function matchOne(pattern: Uint8Array, p: number, byte: number): number {
  switch (pattern[p]) {
    case QUESTION:
      return p + 1;
    case OPEN:
      return matchClass(pattern, p + 1, byte);
    case BACKSLASH:
      // A backslash at the very end stands for itself.
      if (p + 1 < pattern.length) return pattern[p + 1] === byte ? p + 2 : -1;
      return byte === BACKSLASH ? p + 1 : -1;
    default:
      return pattern[p] === byte ? p + 1 : -1;
  }
}

/**
 * Bytes from 128 on lie below 0 in a range: the server compares C's `char`, which is signed on x86-64. (Where it
 * is not, as on ARM under Linux, ranges from below 128 to above mean something else; nothing else differs.)
 */
function signed(byte: number): number {
  return byte > 127 ? byte - 256 : byte;
}

/** A class from the byte after its bracket; one that is never closed ends with the pattern. */
function matchClass(pattern: Uint8Array, start: number, byte: number): number {
  const negated = pattern[start] === CARET;
  let p = negated ? start + 1 : start;
  let found = false;
  while (p < pattern.length && pattern[p] !== CLOSE) {
    const first = pattern[p] ?? 0;
    if (first === BACKSLASH && p + 1 < pattern.length) {
      found ||= pattern[p + 1] === byte;
      p += 2;
    } else if (pattern[p + 1] === DASH && p + 2 < pattern.length) {
      const [low, high] = [signed(first), signed(pattern[p + 2] ?? 0)];
      found ||= signed(byte) >= Math.min(low, high) && signed(byte) <= Math.max(low, high);
      p += 3;
    } else {
      found ||= first === byte;
      p++;
    }
  }
  if (found === negated) return -1;
  return Math.min(p + 1, pattern.length);
}

/** The bytes that every key begins with that any of the patterns matches. */
export function commonPrefix(patterns: readonly Uint8Array[]): Buffer {
  const [first = Buffer.alloc(0), ...others] = patterns.map(literalPrefix);
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && same < other.length && first[same] === other[same]) same++;
    length = same;
  }
  return first.subarray(0, length);
}

function literalPrefix(pattern: Uint8Array): Buffer {
  const literal: number[] = [];
  for (let p = 0; p < pattern.length; p++) {
    const byte = pattern[p] ?? 0;
    if (byte === BACKSLASH && p + 1 < pattern.length) literal.push(pattern[++p] ?? 0);
    else if (SPECIAL.has(byte)) break;
    else literal.push(byte);
  }
  return Buffer.from(literal);
}

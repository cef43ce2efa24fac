import { MARK, PLACEHOLDERS } from './placeholder.ts';

/** What a byte is. */
const DIGIT = 1;
const UPPER = 2;
const LOWER = 4;
const ALPHANUMERIC = DIGIT | UPPER | LOWER;
const HEX = 8;

const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const isHex = /[0-9a-fA-F]/.test(character) ? HEX : 0;
  if (/[0-9]/.test(character)) return DIGIT | isHex;
  if (/[A-Z]/.test(character)) return UPPER | isHex;
  return /[a-z]/.test(character) ? LOWER | isHex : 0;
});

const DASH = 0x2d;
const HASHES = new Map([
  [32, PLACEHOLDERS.md5],
  [40, PLACEHOLDERS.sha1],
  [64, PLACEHOLDERS.sha256],
]);
const SHORTEST_HEX = 8;
/** An identifier is long, and changes between kinds of characters more often than words do. */
const SHORTEST_ID = 16;
const ID_CHANGES = 4;
/** Alphabets with dash and underscore: identifiers whose pieces alone say nothing. */
const SHORTEST_WIDE_ID = 20;
const WIDE_ID_CHANGES = 8;
const UUID_LENGTH = 36;
const UUID_DASHES = [8, 13, 18, 23];
const DATE_LENGTH = 10;
const DATE_DASHES = [4, 7];

/** Deeper keys, and longer patterns, end in a placeholder. */
export const MOST_SEGMENTS = 16;
const LONGEST = 256;
/** The most bytes of a character of UTF-8 behind its first one; malformed text may have more of that kind. */
const CONTINUATION = 3;

/**
 * Turns keys into patterns: what looks like a number, a hash, a date or an identifier becomes a placeholder, so
 * that keys which differ in nothing else are one group. Works on bytes, makes nothing for a key, and overwrites
 * its result with the next one.
 *
 * Inside a segment, runs of letters and digits are looked at one by one: digits alone are `{n}`; hexadecimal ones
 * of the length of a hash are that hash, others of 8 and more with letters and at least two digits `{hex}`; long
 * ones that keep changing between digits and letters `{id}`; in what is left, two and more digits in a row are
 * `{n}`, unless they follow a lone v: versions (`v12`) stay apart.
 */
export class KeyFolder {
  /** The pattern; its first `length` bytes. */
  readonly bytes = Buffer.alloc(2 * LONGEST);
  length = 0;
  /** Where each segment of the pattern ends, its separator included. */
  readonly segmentEnds = new Int32Array(MOST_SEGMENTS + 1);
  segments = 0;
  readonly #isSeparator = new Uint8Array(256);
  /** Whether the key goes on behind its pattern. */
  #isCut = false;

  constructor(separators: Uint8Array) {
    for (const byte of separators) this.#isSeparator[byte] = 1;
  }

  /** No letter or digit is one, so that the last byte of a placeholder never is. */
  isSeparator(byte: number): boolean {
    return this.#isSeparator[byte] === 1;
  }

  /** Folds the key that stands from `start` to before `end`. */
  fold(key: Uint8Array, start: number, end: number): void {
    this.length = 0;
    this.segments = 0;
    this.#isCut = false;
    let at = start;
    while (at < end) {
      this.#isCut = this.segments === MOST_SEGMENTS - 1;
      if (this.#isCut) break;
      const segmentEnd = this.#segmentEnd(key, at, end);
      this.#foldSegment(key, at, segmentEnd);
      at = segmentEnd;
      if (at === end || this.#isCut) break;
      this.#literal(key[at++] ?? 0);
      if (this.#isCut) break;
      this.segmentEnds[this.segments++] = this.length;
    }
    if (this.#isCut) this.#write(PLACEHOLDERS.rest);
    if (this.segments === 0 || this.segmentEnds[this.segments - 1] !== this.length)
      this.segmentEnds[this.segments++] = this.length;
  }

  #segmentEnd(key: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#isSeparator[key[at] ?? 0] === 0) at++;
    return at;
  }

  #foldSegment(key: Uint8Array, start: number, end: number): void {
    if (end - start >= SHORTEST_WIDE_ID && isWideId(key, start, end)) {
      this.#put(PLACEHOLDERS.id);
      return;
    }
    let at = start;
    while (at < end && !this.#isCut) {
      if ((CLASSES[key[at] ?? 0] ?? 0) === 0) {
        this.#literal(key[at++] ?? 0);
        continue;
      }
      let next = at + 1;
      while (next < end && (CLASSES[key[next] ?? 0] ?? 0) !== 0) next++;
      if (next < end && key[next] === DASH) {
        if (hasShape(key, at, end, UUID_LENGTH, UUID_DASHES, HEX)) {
          this.#put(PLACEHOLDERS.uuid);
          at += UUID_LENGTH;
          continue;
        }
        if (hasShape(key, at, end, DATE_LENGTH, DATE_DASHES, DIGIT)) {
          this.#put(PLACEHOLDERS.date);
          at += DATE_LENGTH;
          continue;
        }
      }
      this.#foldRun(key, at, next);
      at = next;
    }
  }

  /** Letters and digits without anything in between. */
  #foldRun(key: Uint8Array, start: number, end: number): void {
    let digits = 0;
    let hex = 0;
    let changes = 0;
    let before = 0;
    for (let at = start; at < end; at++) {
      const kind = CLASSES[key[at] ?? 0] ?? 0;
      if ((kind & DIGIT) !== 0) digits++;
      if ((kind & HEX) !== 0) hex++;
      const isDigit = kind & DIGIT;
      if (at > start && isDigit !== before) changes++;
      before = isDigit;
    }
    const length = end - start;
    if (digits === length) this.#put(PLACEHOLDERS.n);
    else if (hex === length && digits >= 2 && length >= SHORTEST_HEX)
      this.#put(HASHES.get(length) ?? PLACEHOLDERS.hex);
    else if (length >= SHORTEST_ID && changes >= ID_CHANGES) this.#put(PLACEHOLDERS.id);
    else if (digits < 2 || isVersion(key, start, digits, length)) {
      for (let at = start; at < end; at++) this.#literal(key[at] ?? 0);
    } else this.#foldDigits(key, start, end);
  }

  #foldDigits(key: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      let next = at;
      while (next < end && ((CLASSES[key[next] ?? 0] ?? 0) & DIGIT) !== 0) next++;
      if (next - at >= 2) this.#put(PLACEHOLDERS.n);
      else if (next > at) this.#literal(key[at] ?? 0);
      else this.#literal(key[next++] ?? 0);
      at = next;
    }
  }

  #put(placeholder: number): void {
    if (this.length > LONGEST) this.#isCut = true;
    else this.#write(placeholder);
  }

  #write(placeholder: number): void {
    this.bytes[this.length++] = MARK;
    this.bytes[this.length++] = placeholder;
  }

  #literal(byte: number): void {
    // Never in the middle of a character: the pattern is shown, and is no text any more without its end.
    if (this.length > LONGEST && ((byte & 0xc0) !== 0x80 || this.length > LONGEST + CONTINUATION))
      this.#isCut = true;
    if (this.#isCut) return;
    if (byte === MARK) this.bytes[this.length++] = MARK;
    this.bytes[this.length++] = byte;
  }
}

/** `v7`: the whole run is a v and digits. */
function isVersion(key: Uint8Array, start: number, digits: number, length: number): boolean {
  return digits === length - 1 && ((key[start] ?? 0) | 0x20) === 0x76;
}

/** Dashes in their places, bytes of one kind in between, and no letter or digit behind. */
function hasShape(
  key: Uint8Array,
  start: number,
  end: number,
  length: number,
  dashes: readonly number[],
  kind: number,
): boolean {
  if (end - start < length) return false;
  for (const offset of dashes) if (key[start + offset] !== DASH) return false;
  for (let offset = 0; offset < length; offset++) {
    const byte = key[start + offset] ?? 0;
    if (byte !== DASH && ((CLASSES[byte] ?? 0) & kind) === 0) return false;
  }
  return start + length === end || ((CLASSES[key[start + length] ?? 0] ?? 0) & ALPHANUMERIC) === 0;
}

/** A whole segment of digits, capitals and small letters that keep changing, with dashes or underscores. */
function isWideId(key: Uint8Array, start: number, end: number): boolean {
  let kinds = 0;
  let changes = 0;
  let before = 0;
  for (let at = start; at < end; at++) {
    const byte = key[at] ?? 0;
    const kind = (CLASSES[byte] ?? 0) & ALPHANUMERIC;
    if (kind === 0 && byte !== DASH && byte !== 0x5f) return false;
    kinds |= kind;
    if (kind !== before) changes++;
    before = kind;
  }
  return kinds === ALPHANUMERIC && changes >= WIDE_ID_CHANGES;
}

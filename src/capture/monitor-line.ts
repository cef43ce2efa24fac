/**
 * The lines of MONITOR: `1700000000.123456 [0 127.0.0.1:5000] "get" "user:1"`. Arguments are escaped as
 * sdscatrepr does it, so that exact bytes can be had back. Source: src/sds.c and src/replication.c of Redis 7.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANK = 0x20;
const BRACKET = 0x5b;
const ZERO = 0x30;
const LETTER_X = 0x78;

const SHORT_ESCAPES: Readonly<Record<number, number>> = {
  0x6e: 0x0a, // n
  0x72: 0x0d, // r
  0x74: 0x09, // t
  0x61: 0x07, // a
  0x62: 0x08, // b
};

/**
 * Reads one line, argument by argument, so that a value of megabytes behind a key is never looked at. One
 * reader serves any number of lines: {@link MonitorLine.begin} starts it on the next.
 */
export class MonitorLine {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #database = 0;

  /** The number of the database that the command was sent to. */
  get database(): number {
    return this.#database;
  }

  /**
   * Starts on the text of a line, without the `+` before and the line break behind it.
   * @returns whether it is a line of MONITOR at all
   */
  begin(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    const bracket = bytes.indexOf(BRACKET, start);
    if (bracket === -1 || bracket > start + 32 || bracket >= end) return false;
    let database = 0;
    let at = bracket + 1;
    for (; at < end && bytes[at] !== BLANK; at++) database = database * 10 + ((bytes[at] ?? 0) - ZERO);
    this.#database = database;
    // A Unix socket's path stands unquoted in front, and may hold anything but this.
    const first = bytes.indexOf('] "', at, 'latin1');
    if (first === -1 || first >= end) return false;
    this.#at = first + 2;
    return true;
  }

  /** The next argument's exact bytes, the command's name first; `undefined` behind the last. A slice where it can be. */
  next(): Buffer | undefined {
    const bytes = this.#bytes;
    if (this.#at >= this.#end || bytes[this.#at] !== QUOTE) return undefined;
    const start = this.#at + 1;
    let at = start;
    let escapes = 0;
    for (; at < this.#end; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        escapes++;
        at++;
      }
    }
    this.#at = at + 2;
    if (escapes === 0) return bytes.subarray(start, at);
    return unescape(bytes, start, Math.min(at, this.#end));
  }
}

function unescape(bytes: Buffer, start: number, end: number): Buffer {
  const text = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    let byte = bytes[at] ?? 0;
    if (byte === BACKSLASH) {
      at++;
      const letter = bytes[at] ?? 0;
      if (letter === LETTER_X) {
        byte = parseInt(bytes.toString('latin1', at + 1, at + 3), 16);
        at += 2;
      } else byte = SHORT_ESCAPES[letter] ?? letter;
    }
    text[length++] = byte;
  }
  return text.subarray(0, length);
}

import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/** Header lists are a few dozen bytes; more is not one, and nothing bigger is unpacked. */
const MOST_BYTES = 64 * 1024;

/**
 * The header names that Django stored for a page, sorted as it stored them: a list of strings as pickle
 * (protocols 0 to 5), JSON or MessagePack, plain or through zlib, gzip or brotli. Nothing is executed.
 * @returns `undefined` where the value is not a list of strings
 */
export function readHeaderList(value: Buffer): readonly string[] | undefined {
  if (value.length > MOST_BYTES) return undefined;
  for (const bytes of [value, ...decompressed(value)]) {
    const list = readPickledStrings(bytes) ?? readJsonStrings(bytes) ?? readMessagePackStrings(bytes);
    if (list !== undefined) return list;
  }
  return undefined;
}

/** A generator: the next way is only tried where the bytes before were no list. */
function* decompressed(value: Buffer): Generator<Buffer, void, void> {
  for (const unpack of [inflateSync, gunzipSync, brotliDecompressSync]) {
    try {
      yield unpack(value, { maxOutputLength: MOST_BYTES });
    } catch {
      // Not packed in this way.
    }
  }
}

function readJsonStrings(bytes: Buffer): readonly string[] | undefined {
  if (bytes[0] !== 0x5b) return undefined;
  try {
    return stringsOnly(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

function stringsOnly(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const strings = value.filter((item) => typeof item === 'string');
  return strings.length === value.length ? strings : undefined;
}

/** fixarray, array 16; fixstr, str 8, str 16. Source: the MessagePack specification. */
function readMessagePackStrings(bytes: Buffer): readonly string[] | undefined {
  const first = bytes[0];
  if (first === undefined) return undefined;
  let at = first === 0xdc ? 3 : 1;
  const count =
    first >= 0x90 && first <= 0x9f
      ? first & 0x0f
      : first === 0xdc && bytes.length >= 3
        ? bytes.readUInt16BE(1)
        : -1;
  if (count === -1) return undefined;
  const strings: string[] = [];
  while (strings.length < count) {
    const tag = bytes[at];
    if (tag === undefined) return undefined;
    const width = tag === 0xd9 ? 1 : tag === 0xda ? 2 : 0;
    if (width === 0 && !(tag >= 0xa0 && tag <= 0xbf)) return undefined;
    if (at + 1 + width > bytes.length) return undefined;
    const length = width === 0 ? tag & 0x1f : bytes.readUIntBE(at + 1, width);
    const start = at + 1 + width;
    if (start + length > bytes.length) return undefined;
    strings.push(bytes.toString('utf8', start, start + length));
    at = start + length;
  }
  return at === bytes.length ? strings : undefined;
}

/** Just the opcodes that a list of strings is made of, and where the memo may give a string again. Source: pickletools. */
function readPickledStrings(bytes: Buffer): readonly string[] | undefined {
  const memo: (string | undefined)[] = [];
  const strings: string[] = [];
  let last: string | undefined;
  let list = false;
  let at = 0;
  const text = (length: number, from: number): void => {
    if (from + length > bytes.length) throw new RangeError('too short');
    last = bytes.toString('utf8', from, from + length);
    strings.push(last);
    at = from + length;
  };
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) throw new RangeError('too short');
    const found = bytes.toString('latin1', at, end);
    at = end + 1;
    return found;
  };
  const recall = (index: number): void => {
    const found = memo[index];
    if (found === undefined) throw new RangeError('not a string');
    strings.push(found);
  };
  try {
    while (at < bytes.length) {
      const opcode = String.fromCharCode(bytes[at++] ?? 0);
      switch (opcode) {
        case '\x80': // PROTO
          at += 1;
          break;
        case '\x95': // FRAME
          at += 8;
          break;
        case ']': // EMPTY_LIST
        case 'l': // LIST
          if (list) return undefined;
          list = true;
          last = undefined;
          break;
        case '(': // MARK
        case 'a': // APPEND
        case 'e': // APPENDS
          break;
        case '\x8c': // SHORT_BINUNICODE
          text(bytes.readUInt8(at), at + 1);
          break;
        case 'X': // BINUNICODE
          text(bytes.readUInt32LE(at), at + 4);
          break;
        case 'V': // UNICODE, which escapes backslash and line feed; header names have neither
          last = line();
          strings.push(last);
          break;
        case '\x94': // MEMOIZE
          memo.push(last);
          break;
        case 'q': // BINPUT
          memo[bytes.readUInt8(at++)] = last;
          break;
        case 'p': // PUT
          memo[Number(line())] = last;
          break;
        case 'h': // BINGET
          recall(bytes.readUInt8(at++));
          break;
        case 'g': // GET
          recall(Number(line()));
          break;
        case '.': // STOP
          return list && at === bytes.length ? strings : undefined;
        default:
          return undefined;
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

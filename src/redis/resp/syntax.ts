/**
 * The bytes of RESP. Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 * Every reply is one line, which its first byte says how to read, and for some kinds what follows it.
 */
import { RespProtocolError } from './protocol-error.ts';

/** First bytes of a reply. */
export const Kind = {
  simple: 0x2b, // +
  error: 0x2d, // -
  integer: 0x3a, // :
  bulk: 0x24, // $
  array: 0x2a, // *
  null: 0x5f, // _
  boolean: 0x23, // #
  double: 0x2c, // ,
  bigNumber: 0x28, // (
  bulkError: 0x21, // !
  verbatim: 0x3d, // =
  map: 0x25, // %
  set: 0x7e, // ~
  push: 0x3e, // >
  attribute: 0x7c, // |
} as const;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const MINUS = 0x2d;
const ZERO = 0x30;

/** No server sends a longer line: error messages are the longest. */
const MAX_LINE_BYTES = 64 * 1024;

/** The longest value of Redis (`proto-max-bulk-len` may be raised) and of what a Buffer's index can name. */
const MAX_LENGTH = 0x7fff_ffff;

/** What stands for a length in a null of RESP2: `$-1`, `*-1`. */
export const NULL_LENGTH = -1;

/**
 * Where the line that starts at `at` ends: the index of its `\r`, or -1 where it has not come completely.
 * @throws RespProtocolError where it is longer than any server's
 */
export function lineEnd(bytes: Buffer, at: number): number {
  const found = bytes.indexOf(CARRIAGE_RETURN, at);
  // A chunk may end between the two bytes of a line's end.
  if (found !== -1 && found + 1 < bytes.length) {
    if (bytes[found + 1] !== LINE_FEED) throw new RespProtocolError('a line does not end with CR LF');
    return found;
  }
  if (bytes.length - at > MAX_LINE_BYTES) throw new RespProtocolError('a line has no end');
  return -1;
}

/**
 * The length in the line whose digits stand from `at` to before `lineEnd`; -1 stands for null.
 * @throws RespProtocolError where it is none
 */
export function readLength(bytes: Buffer, at: number, lineEnd: number): number {
  if (bytes[at] === MINUS) {
    if (lineEnd - at === 2 && bytes[at + 1] === ZERO + 1) return NULL_LENGTH;
    throw new RespProtocolError('a negative length');
  }
  if (lineEnd === at || lineEnd - at > 10) throw new RespProtocolError('a length that is no number');
  let length = 0;
  for (let index = at; index < lineEnd; index++) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) throw new RespProtocolError('a length that is no number');
    length = length * 10 + digit;
  }
  if (length > MAX_LENGTH) throw new RespProtocolError('a length beyond every limit');
  return length;
}

/** Whether `\r\n` stands at an index. */
export function isLineBreak(bytes: Buffer, at: number): boolean {
  return bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED;
}

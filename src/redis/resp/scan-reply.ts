import { RespErrorReply, RespProtocolError } from './protocol-error.ts';
import { decodeReply } from './decode.ts';
import { Kind, lineEnd, readLength } from './syntax.ts';

/**
 * A reply of SCAN by positions. From `keysStart` to before `keysEnd` the keys stand as they came, `$3\r\nfoo\r\n`
 * each: which is the form in which a command's arguments go out, so that they can be passed on unread.
 */
export interface ScanReply {
  /** An unsigned 64-bit number: stays text. `0` after the last. */
  readonly cursor: string;
  readonly count: number;
  readonly keysStart: number;
  readonly keysEnd: number;
}

/**
 * Reads a complete SCAN reply that stands from `start` to before `end`.
 * @throws RespErrorReply where the server refused; RespProtocolError where it is no reply of SCAN
 */
export function readScanReply(bytes: Buffer, start: number, end: number): ScanReply {
  if (bytes[start] !== Kind.array) {
    const { value } = decodeReply(bytes, start);
    throw value instanceof RespErrorReply ? value : new RespProtocolError('SCAN gave no list');
  }
  const outer = lineEnd(bytes, start);
  const cursorLine = lineEnd(bytes, outer + 2);
  if (readLength(bytes, start + 1, outer) !== 2 || bytes[outer + 2] !== Kind.bulk) {
    throw new RespProtocolError('SCAN gave no cursor');
  }
  const cursorEnd = cursorLine + 2 + readLength(bytes, outer + 3, cursorLine);
  const keysHead = cursorEnd + 2;
  const keysLine = lineEnd(bytes, keysHead);
  if (bytes[keysHead] !== Kind.array) throw new RespProtocolError('SCAN gave no keys');
  return {
    cursor: bytes.toString('latin1', cursorLine + 2, cursorEnd),
    count: readLength(bytes, keysHead + 1, keysLine),
    keysStart: keysLine + 2,
    keysEnd: end,
  };
}

/**
 * Calls `visit` for each of `count` arguments as they stand from `at` on: with where the argument begins
 * (at its `$`), where its own bytes do, and where the next argument begins.
 */
export function forEachArgument(
  bytes: Buffer,
  at: number,
  count: number,
  visit: (start: number, content: number, next: number) => void,
): void {
  let start = at;
  for (let index = 0; index < count; index++) {
    if (bytes[start] !== Kind.bulk) throw new RespProtocolError('a key that is no string');
    const line = lineEnd(bytes, start);
    const content = line + 2;
    const next = content + readLength(bytes, start + 1, line) + 2;
    visit(start, content, next);
    start = next;
  }
}

import type { RedisReply } from '../types.ts';
import { RespErrorReply, RespProtocolError } from './protocol-error.ts';
import { Kind, lineEnd, NULL_LENGTH, readLength } from './syntax.ts';

/** A reply with its value, and the index behind it. */
export interface DecodedReply {
  readonly value: RedisReply | RespErrorReply;
  readonly end: number;
}

/**
 * Reads the one reply that starts at `at`; all of it must be there (see {@link ReplyScanner}). Strings of all
 * kinds are slices of `bytes`: whoever keeps one for long copies it, since it holds on to all of the buffer.
 * What only RESP3 has comes as RESP2 would say it: doubles as their text, true as 1, maps and sets as flat
 * arrays. An error inside an array becomes null.
 * @throws RespProtocolError
 */
export function decodeReply(bytes: Buffer, at: number): DecodedReply {
  const line = lineEnd(bytes, at);
  if (line === -1) throw new RespProtocolError('a reply is cut off');
  const plain = (value: RedisReply | RespErrorReply): DecodedReply => ({ value, end: line + 2 });
  switch (bytes[at]) {
    case Kind.integer:
      return plain(readInteger(bytes, at + 1, line));
    case Kind.simple:
      return plain(isOk(bytes, at + 1, line) ? OK : bytes.subarray(at + 1, line));
    case Kind.double:
    case Kind.bigNumber:
      return plain(bytes.subarray(at + 1, line));
    case Kind.error:
      return plain(new RespErrorReply(bytes.toString('utf8', at + 1, line)));
    case Kind.null:
      return plain(null);
    case Kind.boolean:
      return plain(bytes[at + 1] === 0x74 ? 1 : 0);
    case Kind.bulk:
    case Kind.bulkError:
    case Kind.verbatim: {
      const length = readLength(bytes, at + 1, line);
      if (length === NULL_LENGTH) return plain(null);
      const end = line + 2 + length;
      if (end + 2 > bytes.length) throw new RespProtocolError('a reply is cut off');
      if (bytes[at] === Kind.bulkError) {
        return { value: new RespErrorReply(bytes.toString('utf8', line + 2, end)), end: end + 2 };
      }
      // "txt:" or "mkd:" in front says how a person should read it.
      const start = bytes[at] === Kind.verbatim && length >= 4 ? line + 6 : line + 2;
      return { value: bytes.subarray(start, end), end: end + 2 };
    }
    case Kind.array:
    case Kind.set:
    case Kind.push:
      return decodeElements(bytes, line + 2, readLength(bytes, at + 1, line));
    case Kind.map:
      return decodeElements(bytes, line + 2, 2 * readLength(bytes, at + 1, line));
    case Kind.attribute: {
      const { end } = decodeElements(bytes, line + 2, 2 * readLength(bytes, at + 1, line));
      return decodeReply(bytes, end);
    }
    default:
      throw new RespProtocolError('a reply of an unknown kind');
  }
}

/** Text of digits costs more to make than to read, and most numbers are short. */
function readInteger(bytes: Buffer, start: number, end: number): number {
  if (end - start > 15) return Number(bytes.toString('latin1', start, end));
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return Number(bytes.toString('latin1', start, end));
    value = value * 10 + digit;
  }
  return value;
}

/** One for all: most simple strings are this one, and each slice costs more than the look. */
const OK: Buffer = Buffer.from('OK');

function isOk(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 2 && bytes[start] === 0x4f && bytes[start + 1] === 0x4b;
}

function decodeElements(bytes: Buffer, at: number, count: number): DecodedReply {
  if (count < 0) return { value: null, end: at };
  const values: RedisReply[] = [];
  let end = at;
  while (values.length < count) {
    const element = decodeReply(bytes, end);
    values.push(element.value instanceof RespErrorReply ? null : element.value);
    end = element.end;
  }
  return { value: values, end };
}

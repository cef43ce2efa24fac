import type { RedisReply } from '../types.ts';
import { RespErrorReply, RespProtocolError } from './protocol-error.ts';
import { Kind, lineEnd, NULL_LENGTH, readLength } from './syntax.ts';

/** A reply with its value, and the index behind it. */
export interface DecodedReply {
  readonly value: RedisReply | RespErrorReply;
  readonly end: number;
}

/**
 * Reads the one reply that starts at `at`; all of it must be there (see {@link ReplyScanner}). Bulk strings
 * are slices of `bytes`: whoever keeps one for long copies it, since it holds on to all of the buffer. Maps
 * and sets become flat arrays; an error inside an array becomes null.
 * @throws RespProtocolError
 */
export function decodeReply(bytes: Buffer, at: number): DecodedReply {
  const line = lineEnd(bytes, at);
  if (line === -1) throw new RespProtocolError('a reply is cut off');
  const text = (): string => bytes.toString('latin1', at + 1, line);
  const plain = (value: RedisReply | RespErrorReply): DecodedReply => ({ value, end: line + 2 });
  switch (bytes[at]) {
    case Kind.integer:
    case Kind.double:
      return plain(toNumber(text()));
    case Kind.simple:
      return plain(bytes.toString('utf8', at + 1, line));
    case Kind.error:
      return plain(new RespErrorReply(bytes.toString('utf8', at + 1, line)));
    case Kind.null:
      return plain(null);
    case Kind.boolean:
      return plain(bytes[at + 1] === 0x74);
    case Kind.bigNumber:
      return plain(text());
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

/** Doubles are `inf`, `-inf` and `nan` where they are no number. */
function toNumber(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (text === '-inf') return Number.NEGATIVE_INFINITY;
  return Number(text);
}

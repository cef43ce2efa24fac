import { CachectlError } from '../cli/errors.ts';
import type { RedisReply } from '../redis/types.ts';

/** A reply, or the error that came in its place. */
export type ReplyOrError = RedisReply | CachectlError | undefined;

/** The reply. @throws CachectlError where an error came in its place */
export function required(reply: ReplyOrError): RedisReply {
  if (reply instanceof CachectlError) throw reply;
  return reply ?? null;
}

/** A number that the server may refuse or not have: a missing permission leaves out one line, not the report. */
export function optionalNumber(reply: ReplyOrError): number | undefined {
  if (reply instanceof CachectlError || reply === undefined || reply === null) return undefined;
  const number = Number(reply);
  return Number.isFinite(number) ? number : undefined;
}

/** A text that the server may refuse or not have. */
export function optionalText(reply: ReplyOrError): string | undefined {
  if (reply instanceof CachectlError || reply === undefined || reply === null) return undefined;
  return String(reply);
}

/** The bytes of a bulk string; empty for anything else. */
export function bytesOf(reply: RedisReply | undefined): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  return reply === undefined || reply === null ? Buffer.alloc(0) : Buffer.from(String(reply));
}

/** The elements of a list reply; none for anything else. */
export function listOf(reply: RedisReply | undefined): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
}

/** Neighbours of a flat list two by two. */
export function pairsOf(list: readonly RedisReply[]): readonly (readonly [Buffer, Buffer])[] {
  const pairs: (readonly [Buffer, Buffer])[] = [];
  for (let index = 0; index + 1 < list.length; index += 2) {
    pairs.push([bytesOf(list[index]), bytesOf(list[index + 1])]);
  }
  return pairs;
}

import type { CachectlError } from '../../cli/errors.ts';
import { translateRedisError } from '../translate-error.ts';
import type { RedisReply } from '../types.ts';
import { decodeReply } from './decode.ts';
import { RespErrorReply } from './protocol-error.ts';
import { Kind, lineEnd, readLength } from './syntax.ts';

/**
 * The replies to one batch of commands, by position: nothing is made of a reply until somebody asks. It
 * holds on to the bytes that came; take from it what is needed and let it go.
 */
export class ReplyBatch {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #starts: Int32Array;
  readonly #address: string;

  constructor(bytes: Buffer, start: number, starts: Int32Array, address: string) {
    this.length = starts.length;
    this.#bytes = bytes;
    this.#start = start;
    this.#starts = starts;
    this.#address = address;
  }

  #at(index: number): number {
    const offset = this.#starts[index];
    if (offset === undefined) throw new RangeError(`there is no reply ${index}`);
    return this.#start + offset;
  }

  /** Whether the reply is an error. */
  isError(index: number): boolean {
    const kind = this.#bytes[this.#at(index)];
    return kind === Kind.error || kind === Kind.bulkError;
  }

  /** The first error inside of a reply that is an array, as a transaction's reply has them. */
  errorWithin(index: number): CachectlError | undefined {
    const at = this.#at(index);
    if (this.#bytes[at] !== Kind.array) return undefined;
    const line = lineEnd(this.#bytes, at);
    let left = readLength(this.#bytes, at + 1, line);
    for (let next = line + 2; left > 0; left--) {
      const { value, end } = decodeReply(this.#bytes, next);
      if (value instanceof RespErrorReply) return translateRedisError(value, this.#address);
      next = end;
    }
    return undefined;
  }

  /** A reply that is a whole number; `undefined` where it is anything else, as the null of a key that is gone. */
  integer(index: number): number | undefined {
    const at = this.#at(index);
    if (this.#bytes[at] !== Kind.integer) return undefined;
    const isNegative = this.#bytes[at + 1] === 0x2d;
    let value = 0;
    for (let next = isNegative ? at + 2 : at + 1; this.#bytes[next] !== 0x0d; next++) {
      value = value * 10 + ((this.#bytes[next] ?? 0x30) - 0x30);
    }
    return isNegative ? -value : value;
  }

  /** Whether the reply is a simple string of exactly these bytes. */
  isSimple(index: number, text: Buffer): boolean {
    const at = this.#at(index);
    const bytes = this.#bytes;
    if (bytes[at] !== Kind.simple || bytes[at + 1 + text.length] !== 0x0d) return false;
    for (let offset = 0; offset < text.length; offset++)
      if (bytes[at + 1 + offset] !== text[offset]) return false;
    return true;
  }

  /** Any reply. Bulk strings are slices that hold on to the whole batch. Errors come translated. */
  value(index: number): RedisReply | CachectlError {
    const { value } = decodeReply(this.#bytes, this.#at(index));
    return value instanceof RespErrorReply ? translateRedisError(value, this.#address) : value;
  }
}

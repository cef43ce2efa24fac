import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { KeyedCommand } from '../redis/batch-sender.ts';
import type { RedisCommand, RedisReply } from '../redis/types.ts';
import type { HashWrite } from './write-hash.ts';

/** What is kept beside an entry: written anew, or given a new life with it. */
export type Beside =
  | { readonly kind: 'write'; readonly hash: HashWrite; readonly replaces: boolean }
  | { readonly kind: 'renew'; readonly key: Buffer; readonly ttlMs: number };

/** One entry that is to be written. */
export interface EntryWrite {
  /** Physical. */
  readonly key: Buffer;
  readonly value: Buffer;
  /** Whole, at least 1. */
  readonly ttlMs: number;
  readonly beside?: Beside | undefined;
  /** What belongs to the entry and goes out right after it, such as its tags: where it fails, the write fails. */
  readonly also?: readonly KeyedCommand[] | undefined;
}

/** Who waits for a write: told exactly once, by one of them. */
export interface WriteEnd {
  /** @param isThere `false` only where an entry that was to be renewed has gone meanwhile */
  readonly written: (isThere: boolean) => void;
  /** @param error CachectlError where Redis did not take it */
  readonly failed: (error: unknown) => void;
}

/** An entry that keeps its value. */
export type EntryRenewal = Omit<EntryWrite, 'value'>;

/** One entry that waits to be written. */
export class Pending {
  readonly kind = 'entry';
  readonly entry: EntryRenewal;
  /** `undefined` where it stays as it is. */
  readonly value: Buffer | undefined;
  readonly #end: WriteEnd;
  /** Replies that are still to come: its own, and those of what belongs to it. */
  #left: number;
  #isThere = true;
  #isSettled = false;
  /** Whether Redis did not take the value. */
  failed = false;

  constructor(entry: EntryRenewal, value: Buffer | undefined, end: WriteEnd) {
    this.entry = entry;
    this.value = value;
    this.#end = end;
    this.#left = 1 + (entry.also?.length ?? 0);
  }

  get command(): RedisCommand {
    const { key, ttlMs } = this.entry;
    return this.value === undefined ? ['PEXPIRE', key, ttlMs] : ['SET', key, this.value, 'PX', ttlMs];
  }

  /** The reply to its own command. */
  answered(reply: RedisReply | CachectlError | undefined): void {
    if (reply === undefined || reply instanceof CachectlError) this.failed = true;
    else if (this.value === undefined) this.#isThere = Number(reply) === 1;
    else if (!isOk(reply)) {
      this.reject(notConfirmed());
      return;
    }
    this.alsoAnswered(reply);
  }

  /** The reply to a command that belongs to it. */
  alsoAnswered(reply: RedisReply | CachectlError | undefined): void {
    if (reply === undefined || reply instanceof CachectlError) this.reject(reply ?? notConfirmed());
    else if (--this.#left === 0 && !this.#isSettled) {
      this.#isSettled = true;
      this.#end.written(this.#isThere);
    }
  }

  reject(error: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#end.failed(error);
  }
}

function isOk(reply: RedisReply): boolean {
  return reply === 'OK' || (Buffer.isBuffer(reply) && reply.equals(OK));
}

const OK = Buffer.from('OK');

function notConfirmed(): CachectlError {
  return new CachectlError('Redis did not confirm the write', {
    code: 'redis.error',
    exitCode: ExitCode.refused,
  });
}

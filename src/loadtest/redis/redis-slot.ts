import { CachectlError } from '../../cli/errors.ts';
import type { BulkChannel } from '../../redis/bulk-channel.ts';
import type { ReplyBatch } from '../../redis/resp/reply-batch.ts';
import type { Slot, SlotOwner } from '../engine/slot.ts';
import type { Exchange } from './exchange.ts';

/** What all connections of a load send. */
export interface RedisJob {
  /** For each command of the mix: the same in several sizes. */
  readonly exchanges: () => readonly (readonly Exchange[])[];
  /** The number of the next key. */
  readonly chooseKey: () => number;
  /** Which of several sizes comes next, from 0 to 1. */
  readonly random: () => number;
}

/** A connection to Redis, with one exchange of one or several commands under way. */
export class RedisSlot implements Slot {
  target = 0;
  plannedAt = 0;
  sentAt = 0;
  isBusy = false;
  readonly #channel: BulkChannel;
  readonly #job: RedisJob;
  readonly #owner: SlotOwner;
  readonly #exchanges: readonly (readonly Exchange[])[];
  #isClosed = false;

  constructor(channel: BulkChannel, job: RedisJob, owner: SlotOwner) {
    this.#channel = channel;
    this.#job = job;
    this.#owner = owner;
    this.#exchanges = job.exchanges();
  }

  send(target: number): void {
    this.target = target;
    const sizes = this.#exchanges[target] ?? [];
    const exchange = sizes[sizes.length === 1 ? 0 : Math.floor(this.#job.random() * sizes.length)];
    if (exchange === undefined) throw new RangeError(`there is no command ${target}`);
    for (let index = 0; index < exchange.commands; index++) exchange.setKey(index, this.#job.chooseKey());
    void this.#run(exchange);
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#isClosed = true;
    this.#channel.close();
  }

  async #run(exchange: Exchange): Promise<void> {
    try {
      const batch = await this.#channel.pipeline(exchange.bytes, exchange.replies);
      if (this.#isClosed) return;
      const refusal = refusalOf(batch, exchange.isTransaction);
      if (refusal === undefined) this.#owner.onGood(this, OK, 0, Number.NaN);
      else this.#owner.onBad(this, causeOf(refusal), ERROR, 0, false);
    } catch (error) {
      if (this.#isClosed) return;
      this.#owner.onBad(this, causeOf(error), 0, 0, true);
    }
  }
}

/** Redis has no statuses: an answer is good, or an error. */
const OK = 200;
const ERROR = 500;

function refusalOf(batch: ReplyBatch, isTransaction: boolean): unknown {
  for (let index = 0; index < batch.length; index++) {
    if (batch.isError(index)) return batch.value(index);
    const inside = isTransaction ? batch.errorWithin(index) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function causeOf(error: unknown): string {
  return error instanceof CachectlError ? error.code : 'redis.error';
}

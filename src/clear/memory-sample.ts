import type { CachectlError } from '../cli/errors.ts';
import type { RedisCommand, RedisReply } from '../redis/types.ts';

/** So many keys of each batch are asked for their memory before they go: it rides in the same round trip. */
const EACH_BATCH = 2;
/** And so many at the beginning, whatever the batches: of a few keys the estimate is their sum. */
const AT_FIRST = 64;

/** An estimate of the memory that removed keys took, from some of them. */
export interface MemoryEstimate {
  readonly bytes: number;
  /** Keys that were asked. */
  readonly sampled: number;
}

/** Collects the sizes of some keys. */
export class MemorySample {
  #sum = 0;
  #sampled = 0;

  /** What to ask ahead of the removal of these keys. */
  questions(keys: readonly Buffer[]): readonly RedisCommand[] {
    const most = Math.max(EACH_BATCH, AT_FIRST - this.#sampled);
    const step = Math.max(1, Math.floor(keys.length / most));
    return keys
      .filter((_, index) => index % step === 0)
      .slice(0, most)
      .map((key): RedisCommand => ['MEMORY', 'USAGE', key]);
  }

  /** Takes the answers; refusals and keys that were gone say nothing. */
  answers(replies: readonly (RedisReply | CachectlError)[]): void {
    for (const reply of replies) if (typeof reply === 'number') this.add(reply);
  }

  /** Takes the size of one key, in bytes. */
  add(bytes: number): void {
    this.#sum += bytes;
    this.#sampled++;
  }

  /** For so many removed keys; `undefined` where no key was asked. */
  estimate(removed: number): MemoryEstimate | undefined {
    if (this.#sampled === 0) return undefined;
    return { bytes: Math.round((this.#sum / this.#sampled) * removed), sampled: this.#sampled };
  }
}

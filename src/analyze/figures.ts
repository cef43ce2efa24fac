import type { SeenKey } from './seen-key.ts';

/** What is known of a set of keys: sums that can be put together, and a few of the keys as examples. */
export class Figures {
  keys = 0;
  bytes = 0;
  /** For the confidence interval of a sample's estimate. */
  squaredBytes = 0;
  withoutTtl = 0;
  bytesWithoutTtl = 0;
  squaredBytesWithoutTtl = 0;
  /** Of keys that expire; the sum of what is left, in ms. */
  lifeMs = 0;
  /** Of keys that were asked. */
  idleSeconds = 0;
  /** By the counters of an LFU policy. */
  uses = 0;
  /** Bits by index of `TYPES`. */
  types = 0;
  /** The first key without TTL. */
  exampleWithoutTtl: Buffer | undefined;

  /** Counts a key, which stands in `bytes` from `start` to before `end`. */
  add(seen: SeenKey, bytes: Buffer, start: number, end: number): void {
    const { sizeBytes, ttlMs } = seen;
    this.keys++;
    this.bytes += sizeBytes;
    this.squaredBytes += sizeBytes * sizeBytes;
    this.types |= 1 << seen.type;
    if (seen.idleSeconds > 0) this.idleSeconds += seen.idleSeconds;
    this.uses += seen.uses;
    if (ttlMs >= 0) {
      this.lifeMs += ttlMs;
      return;
    }
    this.withoutTtl++;
    this.bytesWithoutTtl += sizeBytes;
    this.squaredBytesWithoutTtl += sizeBytes * sizeBytes;
    this.exampleWithoutTtl ??= Buffer.from(bytes.subarray(start, end));
  }

  /** Takes over what another set has. */
  merge(other: Figures): void {
    this.keys += other.keys;
    this.bytes += other.bytes;
    this.squaredBytes += other.squaredBytes;
    this.withoutTtl += other.withoutTtl;
    this.bytesWithoutTtl += other.bytesWithoutTtl;
    this.squaredBytesWithoutTtl += other.squaredBytesWithoutTtl;
    this.lifeMs += other.lifeMs;
    this.idleSeconds += other.idleSeconds;
    this.uses += other.uses;
    this.types |= other.types;
    this.exampleWithoutTtl ??= other.exampleWithoutTtl;
  }
}

/** All of them together. */
export function sumOfFigures(parts: readonly { readonly figures: Figures }[]): Figures {
  const sum = new Figures();
  for (const { figures } of parts) sum.merge(figures);
  return sum;
}

/** Keys of one pattern that are held on to, so that findings can be proved later. */
const MOST_EXPIRIES = 64;
const MOST_BIG_STRINGS = 8;
/** Shorter values are not worth compressing. */
export const BIG_STRING_BYTES = 1_024;

/** The figures of one pattern, with samples of its keys. */
export class PatternFigures extends Figures {
  /** When some of its keys expire, in ms since the epoch. */
  readonly expiries = new Sample<number>(MOST_EXPIRIES);
  readonly bigStrings = new Sample<Buffer>(MOST_BIG_STRINGS);
  bigStringCount = 0;
  bigStringBytes = 0;

  /** @param nowMs when it was asked, since the epoch */
  addKey(seen: SeenKey, nowMs: number, bytes: Buffer, start: number, end: number): void {
    this.add(seen, bytes, start, end);
    if (seen.ttlMs >= 0 && this.expiries.wantsNext()) this.expiries.take(nowMs + seen.ttlMs);
    if (seen.type !== 0 || seen.sizeBytes < BIG_STRING_BYTES) return;
    this.bigStringCount++;
    this.bigStringBytes += seen.sizeBytes;
    if (this.bigStrings.wantsNext()) this.bigStrings.take(Buffer.from(bytes.subarray(start, end)));
  }

  mergePattern(other: PatternFigures): void {
    this.merge(other);
    this.expiries.merge(other.expiries);
    this.bigStrings.merge(other.bigStrings);
    this.bigStringCount += other.bigStringCount;
    this.bigStringBytes += other.bigStringBytes;
  }
}

/**
 * Every n-th of a stream, with n growing so that there are never more than so many: SCAN's order has nothing to
 * do with names or age, so this is as good as chance.
 */
class Sample<Item> {
  readonly #most: number;
  #items: Item[] = [];
  #every = 1;
  #skipped = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  wantsNext(): boolean {
    if (++this.#skipped < this.#every) return false;
    this.#skipped = 0;
    return true;
  }

  take(item: Item): void {
    this.#items.push(item);
    while (this.#items.length > this.#most) this.#thin();
  }

  /** Of both, as many as each stands for. */
  merge(other: Sample<Item>): void {
    const theirs = new Sample<Item>(this.#most);
    theirs.#items = [...other.#items];
    theirs.#every = other.#every;
    while (theirs.#every < this.#every) theirs.#thin();
    while (this.#every < theirs.#every) this.#thin();
    this.#items.push(...theirs.#items);
    while (this.#items.length > this.#most) this.#thin();
  }

  #thin(): void {
    this.#items = this.#items.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }
}

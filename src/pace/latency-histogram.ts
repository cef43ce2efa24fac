/** Buckets to each doubling: a percentile is right to 4.4 %. */
const STEPS = 16;
const SMALLEST_MS = 0.01;
/** Up to three hours. */
const BUCKETS = STEPS * 30;

/** Times in flat memory, however many there are. */
export class LatencyHistogram {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** The longest, in ms, exactly. */
  get maxMs(): number {
    return this.#max;
  }

  /** @param ms milliseconds */
  add(ms: number): void {
    const bucket = Math.floor(Math.log2(Math.max(ms, SMALLEST_MS) / SMALLEST_MS) * STEPS);
    const index = Math.min(BUCKETS - 1, bucket);
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
    this.#count++;
    this.#max = Math.max(this.#max, ms);
  }

  /** The time that this part of all were no longer than, in ms; 0 where there are none. @param part 0.99 */
  percentileMs(part: number): number {
    let left = Math.ceil(this.#count * part);
    for (const [index, count] of this.#buckets.entries()) {
      left -= count;
      // The upper end of the bucket: never said to be quicker than it was.
      if (left <= 0) return Math.min(this.#max, SMALLEST_MS * 2 ** ((index + 1) / STEPS));
    }
    return this.#max;
  }
}

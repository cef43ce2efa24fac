/** Each bucket is so much wider than the one before: a percentile is exact to about 2 %. */
const GROWTH = 1.04;
const LOWEST_MS = 0.01;
const BUCKETS = 512;
const LOG_GROWTH = Math.log(GROWTH);

/** Times, counted in buckets: a million of them take no more memory than ten. */
export class Latencies {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** @param ms not negative */
  add(ms: number): void {
    const bucket = ms <= LOWEST_MS ? 0 : Math.ceil(Math.log(ms / LOWEST_MS) / LOG_GROWTH);
    const index = Math.min(BUCKETS - 1, bucket);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
  }

  /** The time that so large a share did not exceed; `undefined` where there is none. @param share from 0 to 1 */
  percentileMs(share: number): number | undefined {
    let left = Math.max(1, Math.ceil(this.#total * share));
    for (const [index, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && this.#total > 0) return LOWEST_MS * GROWTH ** (index - 0.5);
    }
    return undefined;
  }
}

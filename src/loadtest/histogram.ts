/**
 * Latencies in bounded memory, after Gil Tene's HdrHistogram: buckets grow with the value, so that the
 * relative error is the same for microseconds and for minutes.
 *
 * A bucket is the exponent and the ten highest mantissa bits of the value as a 64-bit float: 1024 buckets
 * for each doubling. A percentile is given as the middle of its bucket, so it is off by 1/2048 (0.05 %)
 * of the value at most: three significant digits. hdr-histogram-js would do the same for 35 ms of start-up
 * and 138 KB in the bundle (measured).
 */

const BUCKETS = 1024;
/** Values below 2^-20 ms (1 ns) and from 2^32 ms (50 days) on count as these bounds. */
const LOWEST_MS = 2 ** -20;
const HIGHEST_MS = 2 ** 32 - 1;
const EXPONENT_BIAS = 1023;
const LOWEST_OCTAVE = EXPONENT_BIAS - 20;
/** Bits of the upper half of a float that are below the ten highest of the mantissa. */
const UNUSED_BITS = 10;

/** Records milliseconds; counts, sum, minimum and maximum are exact. At most 52 octaves of 8 KB. */
export class Histogram {
  readonly #octaves: (Float64Array | undefined)[] = [];
  readonly #float = new DataView(new ArrayBuffer(8));
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** @throws RangeError for NaN and negative values */
  record(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`not a latency: ${ms}`);
    this.#float.setFloat64(0, Math.min(HIGHEST_MS, Math.max(LOWEST_MS, ms)));
    const bits = this.#float.getUint32(0) >>> UNUSED_BITS;
    const octave = Math.floor(bits / BUCKETS) - LOWEST_OCTAVE;
    const bucket = bits % BUCKETS;
    const counts = (this.#octaves[octave] ??= new Float64Array(BUCKETS));
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#sum += ms;
    this.#min = Math.min(this.#min, ms);
    this.#max = Math.max(this.#max, ms);
  }

  /** Adds what another histogram holds: the only right way to percentiles of several. */
  merge(other: Histogram): void {
    for (const [octave, counts] of other.#octaves.entries()) {
      if (counts === undefined) continue;
      const own = (this.#octaves[octave] ??= new Float64Array(BUCKETS));
      for (const [bucket, count] of counts.entries()) own[bucket] = (own[bucket] ?? 0) + count;
    }
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  get count(): number {
    return this.#count;
  }

  /** Milliseconds, exact; `undefined` where nothing was recorded. */
  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  /** Milliseconds, exact. */
  get min(): number | undefined {
    return this.#count === 0 ? undefined : this.#min;
  }

  /** Milliseconds, exact. */
  get max(): number | undefined {
    return this.#count === 0 ? undefined : this.#max;
  }

  /**
   * The smallest recorded value that at least `percent` of all values do not exceed (nearest rank), in
   * milliseconds and within the relative error; never outside `min` and `max`.
   * @param percent from 0 to 100
   */
  percentile(percent: number): number | undefined {
    if (this.#count === 0) return undefined;
    // 99.9 % of 1000 is rank 999; in floats it comes out a little above.
    const rank = Math.max(1, Math.ceil((percent * this.#count) / 100 - 1e-9));
    let seen = 0;
    for (const [octave, counts] of this.#octaves.entries()) {
      if (counts === undefined) continue;
      for (const [bucket, count] of counts.entries()) {
        seen += count;
        if (seen >= rank) return Math.min(this.#max, Math.max(this.#min, middleOf(octave, bucket)));
      }
    }
    return this.#max;
  }
}

function middleOf(octave: number, bucket: number): number {
  const floor = 2 ** (octave + LOWEST_OCTAVE - EXPONENT_BIAS);
  return floor * (1 + (bucket + 0.5) / BUCKETS);
}

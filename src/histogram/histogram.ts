/**
 * Latencies in bounded memory, after Gil Tene's HdrHistogram: buckets grow with the value, so that the
 * relative error is the same for microseconds and for minutes.
 *
 * A bucket is the exponent and the highest mantissa bits of the value as a 64-bit float. With ten bits there
 * are 1024 buckets for each doubling; a percentile is given as the middle of its bucket, so it is off by
 * 1/2048 (0.05 %) of the value at most: three significant digits. hdr-histogram-js would do the same for
 * 35 ms of start-up and 138 KB in the bundle (measured).
 */

/** Mantissa bits for three significant digits. */
const FINE_BITS = 10;
/** For the many histograms of a time series or of many endpoints: within 1.6 %. */
export const COARSE_BITS = 5;
/** Values below 2^-20 ms (1 ns) and from 2^32 ms (50 days) on count as these bounds. */
const LOWEST_MS = 2 ** -20;
const HIGHEST_MS = 2 ** 32 - 1;
const EXPONENT_BIAS = 1023;
const LOWEST_OCTAVE = EXPONENT_BIAS - 20;
/** Bits of the upper half of a float's mantissa. */
const UPPER_BITS = 20;

/** One step of the curve of percentiles. */
export interface HistogramBucket {
  /** The middle of the bucket, never outside of what was recorded. */
  readonly ms: number;
  readonly count: number;
}

/** A histogram as plain data: what one thread sends to another. */
export interface HistogramData {
  readonly bits: number;
  readonly octaves: readonly (readonly [octave: number, counts: Float64Array])[];
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
  readonly min: number;
  readonly max: number;
}

/** Records milliseconds; counts, sum, minimum and maximum are exact. At most 52 octaves of 8 KB each. */
export class Histogram {
  readonly #bits: number;
  readonly #buckets: number;
  readonly #unused: number;
  readonly #octaves: (Float64Array | undefined)[] = [];
  readonly #float = new DataView(new ArrayBuffer(8));
  #count = 0;
  #sum = 0;
  #squares = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** @param bits of the mantissa that tell buckets apart */
  constructor(bits = FINE_BITS) {
    this.#bits = bits;
    this.#buckets = 2 ** bits;
    this.#unused = UPPER_BITS - bits;
  }

  /** @throws RangeError for NaN and negative values */
  record(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`not a latency: ${ms}`);
    this.#float.setFloat64(0, Math.min(HIGHEST_MS, Math.max(LOWEST_MS, ms)));
    const bits = this.#float.getUint32(0) >>> this.#unused;
    const octave = (bits >>> this.#bits) - LOWEST_OCTAVE;
    const bucket = bits & (this.#buckets - 1);
    const counts = (this.#octaves[octave] ??= new Float64Array(this.#buckets));
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#sum += ms;
    this.#squares += ms * ms;
    if (ms < this.#min) this.#min = ms;
    if (ms > this.#max) this.#max = ms;
  }

  /** Adds what another histogram of the same fineness holds: the only right way to percentiles of several. */
  merge(other: Histogram): void {
    this.add(other.data());
  }

  /** Like {@link merge}, from plain data. @throws RangeError where the fineness is another */
  add(other: HistogramData): void {
    if (other.bits !== this.#bits) throw new RangeError('histograms of different fineness');
    for (const [octave, counts] of other.octaves) {
      const own = (this.#octaves[octave] ??= new Float64Array(this.#buckets));
      for (const [bucket, count] of counts.entries()) own[bucket] = (own[bucket] ?? 0) + count;
    }
    this.#count += other.count;
    this.#sum += other.sum;
    this.#squares += other.squares;
    this.#min = Math.min(this.#min, other.min);
    this.#max = Math.max(this.#max, other.max);
  }

  /** Plain data; it shares its numbers with the histogram. */
  data(): HistogramData {
    return {
      bits: this.#bits,
      octaves: this.#octaves.flatMap((counts, octave) =>
        counts === undefined ? [] : [[octave, counts] as const],
      ),
      count: this.#count,
      sum: this.#sum,
      squares: this.#squares,
      min: this.#min,
      max: this.#max,
    };
  }

  /** A histogram of its own with what plain data says. */
  static from(data: HistogramData): Histogram {
    const histogram = new Histogram(data.bits);
    histogram.add(data);
    return histogram;
  }

  get count(): number {
    return this.#count;
  }

  /** Milliseconds, exact; `undefined` where nothing was recorded. */
  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  /** Standard deviation in milliseconds, of everything that was recorded. */
  get deviation(): number | undefined {
    if (this.#count === 0) return undefined;
    const mean = this.#sum / this.#count;
    return Math.sqrt(Math.max(0, this.#squares / this.#count - mean * mean));
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
    for (const { ms, count } of this.buckets()) {
      seen += count;
      if (seen >= rank) return ms;
    }
    return this.#max;
  }

  /** What was recorded, bucket by bucket, the shortest first. */
  *buckets(): Generator<HistogramBucket, void, void> {
    for (const [octave, counts] of this.#octaves.entries()) {
      if (counts === undefined) continue;
      const floor = 2 ** (octave + LOWEST_OCTAVE - EXPONENT_BIAS);
      for (const [bucket, count] of counts.entries()) {
        if (count === 0) continue;
        const middle = floor * (1 + (bucket + 0.5) / this.#buckets);
        yield { ms: Math.min(this.#max, Math.max(this.#min, middle)), count };
      }
    }
  }
}

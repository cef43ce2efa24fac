/**
 * How many requests may be under way at once on one host: additive increase, multiplicative decrease, as
 * TCP does it (Chiu and Jain, "Analysis of the Increase and Decrease Algorithms", 1989). Pure: time comes in.
 */

/** What one request said about its host. */
export interface LoadSample {
  /** `busy`: 429, 503 or a timeout. */
  readonly kind: 'ok' | 'busy';
  readonly elapsedMs: number;
  /** Monotonic. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** The limit at one moment. */
export interface LimitPoint {
  readonly atMs: number;
  readonly limit: number;
}

/** Starts here where it finds the limit out by itself. */
const FIRST_LIMIT = 2;
const BUSY_FACTOR = 0.5;
const SLOW_FACTOR = 0.75;
/** Answers of quick and slow endpoints mix: only a mean beyond this is the origin's own slowness. */
const SLOW_RATIO = 2;
const SLOW_MARGIN_MS = 5;
/** The mean of about the last ten answers against that of about the last thousand. */
const RECENT_WEIGHT = 0.1;
const USUAL_WEIGHT = 0.001;
const SAMPLES_FOR_USUAL = 10;
const MOST_POINTS = 256;

/** The limit of one host. */
export class ConcurrencyControl {
  readonly #most: number;
  readonly #adaptive: boolean;
  readonly #points: LimitPoint[] = [];
  #limit: number;
  #searching: boolean;
  #samples = 0;
  #recentMs = 0;
  #usualMs = 0;
  /** Requests that began before the last decrease tell of the load before it. */
  #decreasedAtMs = Number.NEGATIVE_INFINITY;
  #every = 1;
  #skipped = 0;
  /** How often it was lowered because the origin asked for it, or grew slow. */
  busy = 0;
  slow = 0;

  /**
   * @param most the limit that is never exceeded
   * @param adaptive begin low, and mind the time that answers take; otherwise only 429 and the like
   */
  constructor(most: number, adaptive: boolean) {
    this.#most = most;
    this.#adaptive = adaptive;
    this.#limit = adaptive ? Math.min(FIRST_LIMIT, most) : most;
    this.#searching = adaptive;
  }

  /** At least 1. */
  get limit(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  /** How the limit went, thinned out evenly where it changed often. */
  get points(): readonly LimitPoint[] {
    return this.#points;
  }

  record(sample: LoadSample): void {
    const before = this.limit;
    if (sample.kind === 'busy') this.#decrease(BUSY_FACTOR, sample);
    else if (this.#adaptive && this.#isSlow(sample.elapsedMs)) this.#decrease(SLOW_FACTOR, sample);
    else this.#limit = Math.min(this.#most, this.#limit + (this.#searching ? 1 : 1 / this.#limit));
    if (this.limit !== before || this.#points.length === 0) this.#note(sample.endedAtMs);
  }

  #decrease(factor: number, sample: LoadSample): void {
    if (sample.startedAtMs < this.#decreasedAtMs) return;
    this.#decreasedAtMs = sample.endedAtMs;
    this.#searching = false;
    this.#limit = Math.max(1, this.#limit * factor);
    if (sample.kind === 'busy') this.busy++;
    else this.slow++;
  }

  #isSlow(elapsedMs: number): boolean {
    this.#samples++;
    const weight = Math.max(RECENT_WEIGHT, 1 / this.#samples);
    this.#recentMs += (elapsedMs - this.#recentMs) * weight;
    if (this.#samples <= SAMPLES_FOR_USUAL) {
      this.#usualMs = this.#recentMs;
      return false;
    }
    if (this.#recentMs < this.#usualMs) this.#usualMs += (this.#recentMs - this.#usualMs) * RECENT_WEIGHT;
    else this.#usualMs += (this.#recentMs - this.#usualMs) * USUAL_WEIGHT;
    return this.#recentMs > this.#usualMs * SLOW_RATIO + SLOW_MARGIN_MS;
  }

  #note(atMs: number): void {
    if (++this.#skipped < this.#every) return;
    this.#skipped = 0;
    this.#points.push({ atMs, limit: this.limit });
    if (this.#points.length < MOST_POINTS) return;
    const kept = this.#points.filter((_, index) => index % 2 === 0);
    this.#points.splice(0, this.#points.length, ...kept);
    this.#every *= 2;
  }
}

/**
 * How fast work on very many keys goes. Two things hold it back: a rate that was asked for, and what other
 * clients feel. The latter is measured by a probe that does what they do, one small command after the other on
 * a connection of its own.
 */

/** What holds the work back. */
export interface PaceLimits {
  /** Keys a second. */
  readonly rate: number | undefined;
  /** How long a small command of another client may take, in ms, beyond what the way to the server takes. */
  readonly maxLatencyMs: number;
}

/** The window whose p99 counts, in ms; after a change of speed only what was measured since then. */
const WINDOW_MS = 1_000;

/** Where it is far over the limit, a quarter of the window is enough to see it. */
const EARLY_MS = 250;
const FAR_OVER = 4;

/** Between this part of the limit and the limit nothing changes. */
const COMFORT = 0.8;

/** A single change slows down to a quarter at most, and speeds up by a quarter. */
const MOST_SLOWING = 0.25;
const LEAST_SLOWING = 0.9;
const SPEEDING = 1.25;

const SLOWEST = 0.02;

/**
 * A server or a machine that is slow for other reasons gets no quicker by waiting for it, and where each round
 * trip is slow, small steps would take for ever. So it is looked whether going slower has helped: where it has
 * not, twice in a row, it goes at full speed again and tries again later, each time twice as long after.
 */
const HELPED = 0.8;
const TRIES = 2;
const FIRST_REST_MS = 5_000;
const LONGEST_REST_MS = 60_000;

/** Down to here the steps get smaller, which is what others feel most; below it, pauses come in between. */
const SMALLEST_STEP = 0.1;
const PAUSE_UNIT_MS = 1;

/** A step that took so long for other reasons must not make the work stand still. */
const LONGEST_PAUSE_MS = 1_000;

/** With a rate, what may go in one step: a tenth of a second's worth. */
const RATE_STEPS = 10;
const SMALLEST_COUNT = 10;

/** Decides about the next step from what was measured; no effects, and no clock of its own. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #now: () => number;
  readonly #startedAt: number;
  #speed = 1;
  #slowest = 1;
  #changedAt: number;
  #samples: { readonly at: number; readonly ms: number }[] = [];
  #way = Infinity;
  /** The p99 that the last change was made for, where that was to go slower. */
  #slowedAt: number | undefined;
  #inVain = 0;
  #restMs = FIRST_REST_MS;
  #restUntil = 0;
  #matched = 0;
  #restsUntil: number;

  /** @param now milliseconds, never going back */
  constructor(limits: PaceLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#startedAt = now();
    this.#changedAt = this.#startedAt;
    this.#restsUntil = this.#startedAt;
  }

  /** A part of full speed, from 1 down. */
  get speed(): number {
    return this.#speed;
  }

  /** The lowest speed so far. */
  get slowest(): number {
    return this.#slowest;
  }

  /** So many keys have been taken on in all. */
  took(matched: number): void {
    this.#matched = matched;
  }

  /** A round trip of the probe, in ms. The quickest so far is taken for the way there and back. */
  measured(roundTripMs: number): void {
    const at = this.#now();
    this.#way = Math.min(this.#way, roundTripMs);
    this.#samples.push({ at, ms: roundTripMs });
    const elapsed = at - this.#changedAt;
    if (elapsed < EARLY_MS) return;
    const { maxLatencyMs } = this.#limits;
    if (elapsed < WINDOW_MS) {
      // Cheap to tell: whether enough of the samples are far over.
      const isFarOver = roundTripMs - this.#way > FAR_OVER * maxLatencyMs;
      if (!isFarOver || this.#p99(at) <= FAR_OVER * maxLatencyMs) return;
    }
    const p99 = this.#p99(at);
    if (p99 > maxLatencyMs && at >= this.#restUntil) {
      this.#slowDown(p99, at);
    } else if (p99 < COMFORT * maxLatencyMs && this.#speed < 1) {
      this.#slowedAt = undefined;
      this.#change(Math.min(1, this.#speed * SPEEDING), at);
    } else {
      this.#samples = this.#samples.filter((sample) => at - sample.at < WINDOW_MS);
      this.#changedAt = at - WINDOW_MS + EARLY_MS;
    }
  }

  #slowDown(p99: number, at: number): void {
    const { maxLatencyMs } = this.#limits;
    this.#inVain = this.#slowedAt !== undefined && p99 > HELPED * this.#slowedAt ? this.#inVain + 1 : 0;
    if (this.#inVain >= TRIES) {
      this.#inVain = 0;
      this.#slowedAt = undefined;
      this.#restUntil = at + this.#restMs;
      this.#restMs = Math.min(LONGEST_REST_MS, 2 * this.#restMs);
      this.#change(1, at);
      return;
    }
    this.#slowedAt = p99;
    const factor = Math.min(LEAST_SLOWING, Math.max(MOST_SLOWING, maxLatencyMs / p99));
    this.#change(Math.max(SLOWEST, this.#speed * factor), at);
  }

  #change(speed: number, at: number): void {
    this.#speed = speed;
    this.#slowest = Math.min(this.#slowest, speed);
    this.#changedAt = at;
    this.#samples = [];
  }

  #p99(at: number): number {
    const recent = this.#samples.filter((sample) => at - sample.at < WINDOW_MS).map(({ ms }) => ms);
    recent.sort((a, b) => a - b);
    return (recent[Math.floor(recent.length * 0.99)] ?? 0) - this.#way;
  }

  /** How many keys to look at in the next step, given how many are best where nobody is in the way. */
  count(best: number): number {
    const { rate } = this.#limits;
    const byLatency = best * Math.max(SMALLEST_STEP, this.#speed);
    const byRate = rate === undefined ? Infinity : Math.max(SMALLEST_COUNT, rate / RATE_STEPS);
    return Math.max(1, Math.round(Math.min(byLatency, byRate)));
  }

  /** How long to wait before the next step, in ms. */
  pauseMs(): number {
    const { rate } = this.#limits;
    const byLatency = this.#speed >= SMALLEST_STEP ? 0 : (SMALLEST_STEP / this.#speed - 1) * PAUSE_UNIT_MS;
    return rate === undefined ? byLatency : Math.max(byLatency, this.#due() - this.#now());
  }

  /**
   * How long to wait before the next step, in ms, where the steps are as they are: so long that the work since the
   * last wait takes up no more of the time than the speed says.
   */
  restMs(): number {
    const at = this.#now();
    const workedMs = Math.max(0, at - this.#restsUntil);
    const byLatency = Math.min(LONGEST_PAUSE_MS, workedMs * (1 / this.#speed - 1));
    const restMs = this.#limits.rate === undefined ? byLatency : Math.max(byLatency, this.#due() - at);
    this.#restsUntil = at + Math.max(0, restMs);
    return restMs;
  }

  /** When the rate allows for the next step. */
  #due(): number {
    const { rate = Infinity } = this.#limits;
    return this.#startedAt + (this.#matched / rate) * 1_000;
  }
}

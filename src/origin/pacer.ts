import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../host.ts';

/** Timers are this coarse: what is due sooner goes at once, and the next one waits the longer. */
const TIMER_MS = 1;

/** Spaces requests evenly, so that a second holds no more of them than it may; unused time is not saved up. */
export class Pacer {
  readonly #intervalMs: number;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #nextAtMs = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#intervalMs = 1_000 / perSecond;
    this.#clock = clock;
  }

  /**
   * Takes the next turn: `undefined` where it has come already.
   * @throws the signal's reason, from the promise, as soon as it is aborted
   */
  next(signal: AbortSignal): Promise<void> | undefined {
    const nowMs = this.#clock.monotonicMs();
    const atMs = Math.max(nowMs, this.#nextAtMs);
    this.#nextAtMs = atMs + this.#intervalMs;
    return atMs - nowMs < TIMER_MS ? undefined : pause(atMs - nowMs, signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}

import type { Clock } from '../host.ts';
import type { ConcurrencyControl } from './aimd.ts';

interface Waiter {
  readonly admit: () => void;
}

/** Lets so many requests in at once as the control says, in the order in which they came, and none in a pause. */
export class HostGate {
  readonly #control: Pick<ConcurrencyControl, 'limit'>;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #waiting = new Set<Waiter>();
  #inside = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(control: Pick<ConcurrencyControl, 'limit'>, clock: Pick<Clock, 'monotonicMs'>) {
    this.#control = control;
    this.#clock = clock;
  }

  /** `undefined` where the caller is in at once; otherwise resolves when it is, or rejects with the abort's reason. */
  enter(signal: AbortSignal): Promise<void> | undefined {
    if (this.#waiting.size === 0 && this.#hasRoom()) {
      this.#inside++;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const onAbort = (): void => {
        this.#waiting.delete(waiter);
        // A pause that nobody waits for must not keep the process alive.
        if (this.#waiting.size === 0) this.#stopTimer();
        reject(reasonOf(signal));
      };
      const waiter: Waiter = {
        admit: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
      this.#wakeLater();
    });
  }

  leave(): void {
    this.#inside--;
    if (this.#waiting.size > 0) this.#admitAll();
  }

  /** Lets nobody in before this moment (monotonic); gives whether that is later than it was. */
  pauseUntil(atMs: number): boolean {
    const begins = this.#pausedUntilMs <= this.#clock.monotonicMs();
    if (atMs > this.#pausedUntilMs) this.#pausedUntilMs = atMs;
    return begins;
  }

  isPaused(): boolean {
    if (this.#pausedUntilMs === Number.NEGATIVE_INFINITY) return false;
    return this.#clock.monotonicMs() < this.#pausedUntilMs;
  }

  #hasRoom(): boolean {
    return this.#inside < this.#control.limit && !this.isPaused();
  }

  #admitAll(): void {
    for (const waiter of this.#waiting) {
      if (!this.#hasRoom()) break;
      this.#waiting.delete(waiter);
      this.#inside++;
      waiter.admit();
    }
    this.#wakeLater();
  }

  /**
   * Where there is room, only a pause keeps them out, and only a pause ends by itself. It may have ended since it
   * was looked at: then there is nobody who leaves, and they are let in all the same.
   */
  #wakeLater(): void {
    if (this.#waiting.size === 0 || this.#timer !== undefined || this.#inside >= this.#control.limit) return;
    const leftMs = this.#pausedUntilMs - this.#clock.monotonicMs();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#admitAll();
      },
      Math.max(0, Math.ceil(leftMs)),
    );
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

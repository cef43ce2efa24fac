import { Roster } from './roster.ts';

/** Something that must be over at a moment. */
export interface Watched {
  /** Monotonic; infinite where nothing limits it. It may move while it is watched. */
  readonly deadlineMs: number;
  readonly expire: () => void;
  /** Where it stands among those that are watched; `undefined` to begin with. Only {@link Deadlines} changes it. */
  watchPlace: number | undefined;
}

/**
 * Time limits of many requests with one timer: it goes off at the earliest deadline that it was told of, and
 * looks at all of them. A timer for each request costs more than reading its answer.
 */
export class Deadlines {
  readonly #watched = new Roster<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  /** Watches from now on; to be called again where a deadline comes nearer. */
  watch(watched: Watched): void {
    watched.watchPlace ??= this.#watched.enter(watched);
    if (watched.deadlineMs < this.#timerAtMs) this.#wakeAt(watched.deadlineMs);
  }

  forget(watched: Watched): void {
    if (watched.watchPlace !== undefined) this.#watched.leave(watched.watchPlace);
    watched.watchPlace = undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    for (const watched of this.#watched.members()) this.forget(watched);
  }

  #wakeAt(atMs: number): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    // Whatever is under way keeps the process alive by its socket.
    this.#timer = setTimeout(() => this.#look(), Math.max(1, Math.ceil(atMs - performance.now()))).unref();
  }

  #look(): void {
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const watched of this.#watched.members()) {
      if (watched.deadlineMs > nowMs) earliest = Math.min(earliest, watched.deadlineMs);
      else {
        this.forget(watched);
        watched.expire();
      }
    }
    if (earliest < this.#timerAtMs) this.#wakeAt(earliest);
  }
}

/**
 * Requests that are due and have no connection yet: the moments at which they were due, the earliest first.
 * A queue with a moving head, which gives its memory back.
 */
export class WaitingLine {
  #moments: number[] = [];
  #head = 0;
  readonly #patienceMs: number;
  readonly #onDropped: (plannedAt: number) => void;

  /**
   * @param patienceMs what waits longer is dropped
   * @param onDropped told of each of those
   */
  constructor(patienceMs: number, onDropped: (plannedAt: number) => void) {
    this.#patienceMs = patienceMs;
    this.#onDropped = onDropped;
  }

  get isEmpty(): boolean {
    return this.#head === this.#moments.length;
  }

  push(plannedAt: number): void {
    this.#moments.push(plannedAt);
  }

  /** The request that has waited longest, without those that have waited too long. */
  take(now: number): number | undefined {
    for (;;) {
      const plannedAt = this.#moments[this.#head];
      if (plannedAt === undefined) return undefined;
      this.#head++;
      // One that is emptied gives its memory back, and a long one does so now and then.
      if (this.isEmpty || this.#head > 4_096) {
        this.#moments = this.#moments.slice(this.#head);
        this.#head = 0;
      }
      if (plannedAt + this.#patienceMs >= now) return plannedAt;
      this.#onDropped(plannedAt);
    }
  }

  /** Everything is to stop: whatever waits is dropped. */
  dropAll(): void {
    for (const plannedAt of this.#moments.slice(this.#head)) this.#onDropped(plannedAt);
    this.#moments = [];
    this.#head = 0;
  }
}

/** The most connections that were busy and the most queries that had to wait, since the start. */
export interface PoolPeak {
  readonly active: number;
  readonly waiting: number;
}

/** The database was closed before the query could run, or while it ran. */
export class DatabaseClosedError extends Error {
  override readonly name = 'DatabaseClosedError';

  constructor() {
    super('the database is closed');
  }
}

/**
 * A fixed number of database connections. Work that finds none free waits its turn, first come,
 * first served, which is what makes a busy origin slow.
 */
export class ConnectionPool {
  readonly #size: number;
  readonly #waiting: Waiter[] = [];
  #active = 0;
  #peak: PoolPeak = { active: 0, waiting: 0 };
  #closed = false;

  /** @param size connections, at least 1; throws RangeError otherwise */
  constructor(size: number) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`a connection pool needs a whole number of connections from 1, not ${size}`);
    }
    this.#size = size;
  }

  get peak(): PoolPeak {
    return this.#peak;
  }

  /** Runs the work on a connection, whatever it gives or throws. Rejects with DatabaseClosedError after `close`. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#acquire();
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  /** Turns away all that wait and all that come. Work on a connection goes on. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new DatabaseClosedError());
  }

  async #acquire(): Promise<void> {
    if (this.#closed) throw new DatabaseClosedError();
    if (this.#active < this.#size) {
      this.#active += 1;
      this.#peak = { ...this.#peak, active: Math.max(this.#peak.active, this.#active) };
      return;
    }
    const turn = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#peak = { ...this.#peak, waiting: Math.max(this.#peak.waiting, this.#waiting.length) };
    await turn;
  }

  #release(): void {
    const next = this.#waiting.shift();
    // The connection passes from hand to hand: were it given back first, a newcomer could jump the queue.
    if (next === undefined) this.#active -= 1;
    else next.resolve();
  }
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

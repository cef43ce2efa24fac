import { pause } from '../redis/wait.ts';
import { eventName, type Delivery } from './delivery.ts';

/** How deliveries go from the queues to their rules. */
export interface QueueSettings {
  /** Events of one name that come within this time of the first go together. */
  readonly coalesceMs: number;
  /** Carries out deliveries of one name. */
  readonly handle: (deliveries: readonly Delivery[]) => Promise<unknown>;
  /** Aborted when nothing more will come: nobody waits for more then. */
  readonly stop: AbortSignal;
}

/**
 * One queue for each name of an event. Events of one name run one after the other, and what comes meanwhile is
 * merged in the next run; names do not wait for each other, so that a front that does not answer keeps only
 * those waiting that need it.
 */
export class RuleQueues {
  readonly #settings: QueueSettings;
  readonly #waiting = new Map<string, Delivery[]>();
  readonly #running = new Map<string, Promise<void>>();
  #size = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(settings: QueueSettings) {
    this.#settings = settings;
  }

  /** How many deliveries wait or are being carried out. */
  get size(): number {
    return this.#size;
  }

  /** @throws what carrying out has thrown since the last time */
  add(deliveries: readonly Delivery[]): void {
    this.#throwFailure();
    for (const delivery of deliveries) {
      const name = eventName(delivery);
      const queue = this.#waiting.get(name);
      if (queue === undefined) this.#waiting.set(name, [delivery]);
      else queue.push(delivery);
      if (!this.#running.has(name)) this.#running.set(name, this.#run(name));
    }
    this.#size += deliveries.length;
  }

  /** Resolves when fewer than this are left. @throws what carrying out has thrown */
  async below(most: number): Promise<void> {
    while (this.#size >= most) {
      this.#throwFailure();
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#throwFailure();
  }

  /** Resolves when all is done. @throws what carrying out has thrown */
  async finish(): Promise<void> {
    await Promise.all(this.#running.values());
    this.#throwFailure();
  }

  async #run(name: string): Promise<void> {
    const { coalesceMs, stop, handle } = this.#settings;
    // Whoever adds has added all of it before the first run of the name takes it.
    await Promise.resolve();
    try {
      while (this.#waiting.has(name)) {
        if (coalesceMs > 0) await pause(coalesceMs, stop).catch(() => undefined);
        const batch = this.#waiting.get(name) ?? [];
        this.#waiting.delete(name);
        try {
          await handle(batch);
        } finally {
          this.#size -= batch.length;
        }
        this.#wake();
      }
    } catch (error) {
      this.#failure = { error };
      this.#wake();
    } finally {
      this.#running.delete(name);
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

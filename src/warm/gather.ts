import { setImmediate } from 'node:timers/promises';

/**
 * What a stream has ready, list by list: one turn of the event loop for many items, and nothing that is
 * ready ever waits for what is not. Reads no further than `most` says at that moment, and then not before the
 * next list is asked for.
 * @throws what the stream throws, after everything that came before
 */
export async function* gather<Item>(
  items: AsyncIterable<Item>,
  most: () => number,
): AsyncGenerator<readonly Item[], void, void> {
  const reader = new Reader(items, most);
  const reading = reader.run();
  try {
    for (;;) {
      await reader.somethingReady();
      // Whatever else is ready, too, comes in this turn.
      await setImmediate();
      const ready = reader.take();
      if (ready.length > 0) yield ready;
      else if (reader.isDone) break;
    }
    if (reader.failure !== undefined) throw reader.failure.error;
  } finally {
    reader.stop();
    await reading;
  }
}

class Reader<Item> {
  isDone = false;
  failure: { readonly error: unknown } | undefined;
  readonly #items: AsyncIterable<Item>;
  readonly #most: () => number;
  #ready: Item[] = [];
  #isStopped = false;
  /** Whoever waits for an item, and the reader that waits until items were taken. */
  #wakeTaker: (() => void) | undefined;
  #wakeReader: (() => void) | undefined;

  constructor(items: AsyncIterable<Item>, most: () => number) {
    this.#items = items;
    this.#most = most;
  }

  async run(): Promise<void> {
    try {
      for await (const item of this.#items) {
        if (this.#isStopped) return;
        this.#ready.push(item);
        this.#wakeTaker?.();
        if (this.#ready.length >= this.#most()) await new Promise<void>((wake) => (this.#wakeReader = wake));
        // Changed while it waited.
        if (this.#isStopped as boolean) return;
      }
    } catch (error) {
      this.failure = { error };
    } finally {
      this.isDone = true;
      this.#wakeTaker?.();
    }
  }

  /** Reads on, now that somebody wants more. */
  async somethingReady(): Promise<void> {
    this.#wakeReader?.();
    this.#wakeReader = undefined;
    if (this.#ready.length === 0 && !this.isDone) {
      await new Promise<void>((wake) => (this.#wakeTaker = wake));
    }
    this.#wakeTaker = undefined;
  }

  take(): readonly Item[] {
    const taken = this.#ready;
    this.#ready = [];
    return taken;
  }

  stop(): void {
    this.#isStopped = true;
    this.#wakeReader?.();
  }
}

import { CachectlError } from '../cli/errors.ts';
import { pause } from '../redis/wait.ts';
import type { Counters } from './counters.ts';
import type { Delivery } from './delivery.ts';
import { RuleQueues } from './rule-queues.ts';
import type { StreamConsumer, StreamSettings } from './stream.ts';

/** What reading a stream takes. */
export interface ConsumeTools {
  /** Waits for new entries; nothing else is asked on its connection meanwhile. */
  readonly reader: StreamConsumer;
  /** The same consumer of the group, on a connection that does not wait. */
  readonly consumer: StreamConsumer;
  readonly settings: Pick<StreamSettings, 'claimAfterMs' | 'retryAfterMs' | 'keepMs'>;
  readonly coalesceMs: number;
  /** Carries events out, and acknowledges or sets aside what is done. */
  readonly handle: (deliveries: readonly Delivery[]) => Promise<void>;
  /** Aborted when no more events are to be read. */
  readonly stop: AbortSignal;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly counters: Counters;
  /** Told whenever a read begins and has ended. */
  readonly onReading: (isReading: boolean) => void;
  /** Told whenever Redis is lost or found again. */
  readonly onState: (
    state: { readonly up: true } | { readonly up: false; readonly error: CachectlError },
  ) => void;
}

/** The longest a read waits: a stop is noticed after it at the latest. */
const READ_MS = 500;
/** Old events are looked for so often at most. */
const TRIM_MS = 60_000;
/** With more than this in hand nothing is read: it waits in the stream, where others can have it. */
const MOST_IN_HAND = 10_000;
const AFTER_LOSS_MS = 500;

/**
 * Reads and carries out, until it is told to stop; Redis may come and go meanwhile. What is tried again goes
 * beside what is new.
 */
export async function consumeStream(tools: ConsumeTools): Promise<void> {
  const { consumer, settings, stop, now, counters } = tools;
  const lookAfterMs = Math.max(50, Math.min(settings.claimAfterMs, settings.retryAfterMs) / 2);
  const links = new Links(tools);
  const queues = new RuleQueues({
    coalesceMs: tools.coalesceMs,
    stop,
    handle: (deliveries) => links.guard('work', () => handleHeld(deliveries, tools)),
  });
  let trimmedAt = Number.NEGATIVE_INFINITY;
  // Long work must not look abandoned to the others of the group. Whoever cannot say so now says so next time,
  // or loses the entries to another listener, who does them again.
  const timer = setInterval(() => void consumer.keep().catch(() => undefined), settings.claimAfterMs / 3);
  try {
    await Promise.all([
      links.repeat('new', async () => {
        const entries = await read(tools);
        consumer.hold(entries.map(({ id }) => id));
        queues.add(entries);
        await queues.below(MOST_IN_HAND);
      }),
      links.repeat('again', async () => {
        const lookedAt = now();
        const taken = await consumer.takeOver();
        consumer.hold(taken.map(({ id }) => id));
        counters.takenOver += taken.length;
        await handleHeld(taken, tools);
        if (now() - trimmedAt >= Math.min(TRIM_MS, settings.keepMs ?? TRIM_MS)) {
          trimmedAt = now();
          await consumer.trim();
        }
        await pause(Math.max(0, lookedAt + lookAfterMs - now()), stop).catch(() => undefined);
      }),
    ]);
    await queues.finish();
  } finally {
    clearInterval(timer);
  }
}

/** Whether Redis is there, told once for all that need it. */
class Links {
  readonly #tools: ConsumeTools;
  readonly #down = new Set<string>();

  constructor(tools: ConsumeTools) {
    this.#tools = tools;
  }

  /** Repeats a step until the end, over every loss of Redis. */
  async repeat(name: string, step: () => Promise<void>): Promise<void> {
    const { stop } = this.#tools;
    while (!stop.aborted) {
      if (!(await this.guard(name, step))) await pause(AFTER_LOSS_MS, stop).catch(() => undefined);
    }
  }

  /** Does something once. @returns false where Redis was lost meanwhile */
  async guard(name: string, step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      this.#works(name);
      return true;
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      if (!this.#tools.stop.aborted) this.#fails(name, error);
      return false;
    }
  }

  #works(name: string): void {
    if (this.#down.delete(name) && this.#down.size === 0) this.#tools.onState({ up: true });
  }

  #fails(name: string, error: CachectlError): void {
    if (this.#down.size === 0) {
      this.#tools.counters.lostConnections++;
      this.#tools.onState({ up: false, error });
    }
    this.#down.add(name);
  }
}

async function read({ reader, onReading }: ConsumeTools): Promise<readonly Delivery[]> {
  onReading(true);
  const entries = await reader.read(READ_MS);
  onReading(false);
  return entries;
}

async function handleHeld(deliveries: readonly Delivery[], tools: ConsumeTools): Promise<void> {
  if (deliveries.length === 0) return;
  try {
    await tools.handle(deliveries);
  } finally {
    tools.consumer.letGo(deliveries.map(({ id }) => id));
  }
}

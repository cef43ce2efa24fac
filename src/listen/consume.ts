import { CachectlError } from '../cli/errors.ts';
import { pause } from '../redis/wait.ts';
import type { Counters } from './counters.ts';
import type { Delivery } from './delivery.ts';
import type { StreamConsumer, StreamSettings } from './stream.ts';

/** What reading a stream takes. */
export interface ConsumeTools {
  readonly consumer: StreamConsumer;
  readonly settings: Pick<StreamSettings, 'claimAfterMs' | 'retryAfterMs'>;
  readonly coalesceMs: number;
  /** Carries events out, and acknowledges or sets aside what is done. */
  readonly handle: (deliveries: readonly Delivery[]) => Promise<void>;
  /** Aborted when no more events are to be read. */
  readonly stop: AbortSignal;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly counters: Counters;
  /** Told whenever the stream has been read. */
  readonly onRead: () => void;
  /** Told whenever Redis is lost or found again. */
  readonly onState: (
    state: { readonly up: true } | { readonly up: false; readonly error: CachectlError },
  ) => void;
}

/** The longest a read waits: a stop is noticed after it at the latest. */
const READ_MS = 500;
/** A batch that is larger is carried out before more is read. */
const MOST_IN_A_BATCH = 10_000;
const AFTER_LOSS_MS = 500;

/** Reads and carries out, until it is told to stop; Redis may come and go meanwhile. */
export async function consumeStream(tools: ConsumeTools): Promise<void> {
  const { consumer, settings, stop, now, counters } = tools;
  const lookAfterMs = Math.max(50, Math.min(settings.claimAfterMs, settings.retryAfterMs) / 2);
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isUp = true;
  while (!stop.aborted) {
    try {
      if (now() - lookedAt >= lookAfterMs) {
        lookedAt = now();
        const taken = await consumer.takeOver(new Set());
        counters.takenOver += taken.length;
        if (taken.length > 0) await handleKeeping(taken, tools);
      }
      const batch = await collect(tools, Math.min(READ_MS, lookAfterMs));
      tools.onRead();
      if (!isUp) tools.onState({ up: true });
      isUp = true;
      if (batch.length > 0) await handleKeeping(batch, tools);
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      if (stop.aborted) break;
      counters.lostConnections++;
      if (isUp) tools.onState({ up: false, error });
      isUp = false;
      await pause(AFTER_LOSS_MS, stop).catch(() => undefined);
    }
  }
}

/** New entries; where some came, those that come within the window as well. */
async function collect(tools: ConsumeTools, waitMs: number): Promise<readonly Delivery[]> {
  const { consumer, coalesceMs, now, stop } = tools;
  const batch = [...(await consumer.read(waitMs))];
  if (batch.length === 0) return batch;
  const until = now() + coalesceMs;
  while (batch.length < MOST_IN_A_BATCH && !stop.aborted) {
    const leftMs = until - now();
    if (leftMs <= 0) break;
    batch.push(...(await consumer.read(Math.min(READ_MS, leftMs))));
  }
  return batch;
}

/** Long work must not look abandoned to the others of the group. */
async function handleKeeping(deliveries: readonly Delivery[], tools: ConsumeTools): Promise<void> {
  const ids = deliveries.map(({ id }) => id);
  const timer = setInterval(
    // Whoever cannot say so now says so next time, or loses the entries to another listener, who does them again.
    () => void tools.consumer.keep(ids).catch(() => undefined),
    tools.settings.claimAfterMs / 3,
  );
  try {
    await tools.handle(deliveries);
  } finally {
    clearInterval(timer);
  }
}

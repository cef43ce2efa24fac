import type { CachectlError } from '../cli/errors.ts';
import type { RedisClient } from '../redis/types.ts';
import { ServerCapture } from './capture-server.ts';
import type { Repair } from './event-setting.ts';

/** Who hears of keys while a capture runs. Keys are slices that are good only during the call: copy what is kept. */
export interface CaptureSink {
  /** Lookups that the server counts as hits or misses: a GET is one, an XREAD two. */
  readonly read: (key: Buffer, lookups: number) => void;
  readonly write: (key: Buffer) => void;
  /** One of those lookups found nothing. Only where `misses` was asked for. */
  readonly miss: (key: Buffer) => void;
}

/** How long a capture lasts, and what it is to find out. */
export interface CaptureRequest {
  readonly durationMs: number;
  /** Ends it earlier, once so many commands have been seen on all servers together. */
  readonly maxEvents: number;
  /** Whether misses are told: then `notify-keyspace-events` is changed where it has to be, and put back. */
  readonly misses: boolean;
  /** Keys of the connection's own database. */
  readonly sink: CaptureSink;
  readonly warn: (message: string) => void;
  /** What a run that was killed had left behind has been put back. */
  readonly onRepair: (repair: Repair) => void;
  /** Commands seen so far; called for each, so it has to be cheap. */
  readonly onProgress?: (events: number) => void;
}

/** One server's part. Counts are of all databases, as the server's own are. */
export interface CapturedServer {
  readonly address: string;
  readonly events: number;
  /** Lookups seen, and those of them that found nothing (0 where misses were not asked for). */
  readonly reads: number;
  readonly misses: number;
  /** INFO before the first and after the last command that was seen: the difference is of the same commands. */
  readonly before: string;
  readonly after: string;
}

/** What a capture was. */
export interface Capture {
  readonly servers: readonly CapturedServer[];
  readonly elapsedMs: number;
  readonly endedBy: 'time' | 'events' | 'interruption';
}

/**
 * Hears every command of every primary for a bounded time: MONITOR, with the misses as the servers' own keymiss
 * events, so that the application needs no change. Both ends are marked in the stream at the very commands
 * between which INFO is read, so that the sums can be held against what the server counted itself.
 *
 * It costs the servers: each command is also written to this program. Announce it, and do not run it on a
 * protected connection unasked ({@link requireCaptureConsent}).
 * @param now milliseconds, never going back
 * @throws CachectlError where a server cannot be heard, or another capture is running; settings are put back first
 */
export async function capture(
  client: RedisClient,
  request: CaptureRequest,
  tools: { readonly signal: AbortSignal; readonly now: () => number },
): Promise<Capture> {
  const stop = new AbortController();
  let endedBy: Capture['endedBy'] = 'interruption';
  const end = (reason: Capture['endedBy']): void => {
    if (stop.signal.aborted) return;
    endedBy = reason;
    stop.abort();
  };
  const onAbort = (): void => end('interruption');
  tools.signal.addEventListener('abort', onAbort, { once: true });
  let events = 0;
  const onCommand = (): void => {
    events++;
    if (events === request.maxEvents) end('events');
    request.onProgress?.(events);
  };
  const running: ServerCapture[] = [];
  let failure: CachectlError | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    for (const node of await client.primaries()) {
      tools.signal.throwIfAborted();
      running.push(
        await ServerCapture.open(client, node, {
          request,
          onCommand,
          onFailure: (error) => {
            failure ??= error;
            end('interruption');
          },
        }),
      );
    }
    await Promise.all(running.map((server) => server.begin()));
    const startedAt = tools.now();
    timer = setTimeout(() => end('time'), request.durationMs);
    if (!stop.signal.aborted) {
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }));
    }
    if (failure !== undefined) throw failure;
    const servers = await Promise.all(running.map((server) => server.end()));
    return { servers, elapsedMs: tools.now() - startedAt, endedBy };
  } finally {
    clearTimeout(timer);
    tools.signal.removeEventListener('abort', onAbort);
    // One after the other, and each whatever became of the others.
    for (const server of running) await server.release();
  }
}

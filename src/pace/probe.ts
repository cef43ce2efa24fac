import { Histogram } from '../histogram/histogram.ts';
import type { BulkChannel } from '../redis/bulk-channel.ts';
import { encodeCommands } from '../redis/resp/encode.ts';
import type { RedisClient, RedisNode } from '../redis/types.ts';

/** Work that is done sooner bothers nobody, and needs no further connection. */
const START_AFTER_MS = 100;

/** The pause between two pings: some hundred a second, which no server feels. */
const INTERVAL_MS = 2;

/** What a client that does one small command after the other felt meanwhile, in ms. */
export interface FeltLatency {
  readonly samples: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Measures what others feel while the work goes on. */
export interface Probe {
  /** Ends it; what was felt, or `undefined` where there was no time to measure. */
  readonly stop: () => FeltLatency | undefined;
}

const PING = encodeCommands([['PING']]);

/**
 * Pings every primary on a connection of its own until it is stopped. A primary that it cannot reach is left
 * out: the work itself finds out about that.
 */
export function startProbe(client: RedisClient, now: () => number, onRoundTrip: (ms: number) => void): Probe {
  const felt = new Histogram();
  const channels = new Set<BulkChannel>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  const later = (ms: number, work: () => Promise<void>): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      // A probe that fails is over, and nothing else is.
      work().catch(() => undefined);
    }, ms);
    timers.add(timer);
  };
  const ping = async (channel: BulkChannel): Promise<void> => {
    const startedAt = now();
    await channel.pipeline(PING, 1);
    if (stopped) return;
    const ms = now() - startedAt;
    felt.record(ms);
    onRoundTrip(ms);
    later(INTERVAL_MS, () => ping(channel));
  };
  const open = async (node: RedisNode): Promise<void> => {
    const channel = await node.bulk?.();
    if (channel === undefined) return;
    channels.add(channel);
    if (stopped) channel.close();
    else await ping(channel);
  };
  later(START_AFTER_MS, async () => {
    await Promise.allSettled((await client.primaries()).map(open));
  });
  return {
    stop: () => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      for (const channel of channels) channel.close();
      if (felt.count === 0) return undefined;
      return {
        samples: felt.count,
        p50Ms: felt.percentile(50) ?? 0,
        p99Ms: felt.percentile(99) ?? 0,
        maxMs: felt.max ?? 0,
      };
    },
  };
}

import type { RedisClient } from '../redis/types.ts';
import { pause } from '../redis/wait.ts';
import type { Felt } from './felt.ts';
import { Pace, type PaceLimits } from './pace.ts';
import { startProbe } from './probe.ts';

/** Work whose pace is held while it goes on. */
export interface KeptPace {
  readonly pace: Pace;
  /** Ends the measuring, if it has not ended; what others felt, or `undefined` where there was no time to measure. */
  readonly stop: () => Felt | undefined;
}

/** Begins to measure what other clients feel, and gives the pace that follows from it. */
export function keepPace(client: RedisClient, limits: PaceLimits, now: () => number): KeptPace {
  const pace = new Pace(limits, now);
  const probe = startProbe(client, now, (ms) => pace.measured(ms));
  return {
    pace,
    stop: () => {
      const felt = probe.stop();
      return felt && { ...felt, limitMs: limits.maxLatencyMs, slowest: pace.slowest };
    },
  };
}

/** A pause shorter than this is none: timers go by whole milliseconds. */
const SHORTEST_PAUSE_MS = 1;

/** Waits as long as the pace asks for after a step of a given size; an abort ends the wait. */
export async function restAfter(pace: Pace, matched: number, signal: AbortSignal): Promise<void> {
  pace.took(matched);
  const restMs = pace.restMs();
  if (restMs >= SHORTEST_PAUSE_MS) await pause(restMs, signal).catch(() => undefined);
}

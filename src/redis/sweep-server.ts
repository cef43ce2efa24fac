import { CachectlError } from '../cli/errors.ts';
import type { BulkChannel } from './bulk-channel.ts';
import type { ConnectionLog } from './connection-log.ts';
import { parseInfo } from './info.ts';
import { mayPass, pauseBefore, RECONNECT_ATTEMPTS } from './patience.ts';
import { allowsSeveralCursors } from './resp/scan-parts.ts';
import type { SweepPlan } from './resp/sweep-plan.ts';
import { tuneSweep, type SweepTuning } from './resp/tuning.ts';
import type { SweepReport, SweepRequest } from './sweep-request.ts';
import { SweepTally } from './sweep-tally.ts';
import { translateRedisError } from './translate-error.ts';
import { pause } from './wait.ts';

/** What a sweep of one server needs beside the request. */
export interface SweepServerParts {
  readonly open: () => Promise<BulkChannel>;
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** Whether a replica may take over, so that a refused write is a reason to look for the new primary. */
  readonly failsOver: boolean;
}

/** Refusals of a server that is not, or not yet, the primary. */
const NOT_NOW = new Set(['redis.loading', 'redis.read-only', 'redis.primary-down']);

/**
 * Sweeps one server, and goes on where the connection can be opened again. It begins anew each time: a
 * cursor means nothing to a server that was started again or to the one that took over, and what is gone
 * already costs nothing.
 */
export async function sweepServer(request: SweepRequest, parts: SweepServerParts): Promise<SweepReport> {
  const { signal, log } = parts;
  const tally = new SweepTally(request.onProgress);
  for (let attempt = 1; ; attempt++) {
    let failure: CachectlError | undefined;
    try {
      const channel = await parts.open();
      try {
        const tuning = await surveyServer(channel, parts.now);
        log.say(`sweeping ${channel.address}: ${describeTuning(tuning)}`);
        const entry = tally.entry();
        const told = { ...request, onProgress: entry.progress };
        const outcome = await channel.sweep(planSweep(told, tuning, { multiKey: true }), signal);
        entry.end(outcome);
        if (outcome.removed > 0) attempt = 1;
        if (outcome.finished) return { ...tally.sum(), failure: undefined };
        ({ failure } = outcome);
      } finally {
        channel.close();
      }
    } catch (error) {
      failure = translateRedisError(error, '');
    }
    if (signal.aborted) return { ...tally.sum(), failure: undefined };
    const passes =
      failure !== undefined && (mayPass(failure) || (parts.failsOver && NOT_NOW.has(failure.code)));
    if (!passes || attempt > RECONNECT_ATTEMPTS) return { ...tally.sum(), failure };
    log.say(`${failure?.message ?? ''}; connecting again, attempt ${attempt}`);
    await pause(pauseBefore(attempt), signal).catch(() => undefined);
  }
}

/** A request in one server's terms. */
export function planSweep(
  request: SweepRequest,
  tuning: SweepTuning,
  where: Pick<SweepPlan, 'multiKey' | 'handBack'>,
): SweepPlan {
  const { pattern, accept, look, pace, onProgress } = request;
  return {
    ...where,
    pattern,
    accept,
    look,
    cursors: tuning.cursors,
    pace: { count: () => pace.count(tuning.count), pauseMs: pace.pauseMs },
    onProgress,
  };
}

/** Finds out how far away a server is, and whether several cursors may be used on it. */
export async function surveyServer(channel: BulkChannel, now: () => number): Promise<SweepTuning> {
  const startedAt = now();
  const keyCount = Number(await unlessRefused(channel.call('DBSIZE')));
  const askedAt = now();
  const info = await unlessRefused(channel.call('INFO', 'server'));
  // Neither costs the server anything; the quicker of two tells more of the way than of a moment's noise.
  const roundTripMs = Math.min(askedAt - startedAt, now() - askedAt);
  return tuneSweep(roundTripMs, allowsSeveralCursors(parseInfo(String(info)), keyCount));
}

/** Who may not ask does without the answer. */
async function unlessRefused<Reply>(reply: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (
      error instanceof CachectlError &&
      (error.code === 'redis.permission' || error.code === 'redis.error')
    ) {
      return undefined;
    }
    throw error;
  }
}

function describeTuning({ cursors, count }: SweepTuning): string {
  return `${cursors === 1 ? 'one cursor' : `${cursors} cursors`}, COUNT ${count}`;
}

import { perSecond, type Figures } from './figures.ts';

/** What came in between and made counters begin anew. */
export type Break = 'restart' | 'reset';

/** What the counters of a report are of. */
export type Window =
  | { readonly kind: 'since start'; readonly seconds: number | null }
  | {
      readonly kind: 'interval' | 'capture';
      readonly seconds: number;
      /** Servers whose counters began anew in it: what they counted before that is not known. */
      readonly breaks: readonly { readonly address: string; readonly what: Break }[];
    };

/** One server's figures over a window. */
export interface WindowFigures {
  readonly figures: Figures;
  readonly broken: Break | undefined;
}

const COUNTERS = ['hits', 'misses', 'evicted', 'expired', 'commands'] as const;

/**
 * The difference between two readings of one server. Where its counters began anew in between, it is what they
 * have counted since then: after a restart it is known when that was, after a CONFIG RESETSTAT it is not, and
 * there are no rates.
 * @param seconds between the readings
 */
export function windowFigures(before: Figures, after: Figures, seconds: number): WindowFigures {
  const broken = findBreak(before, after);
  const counted = (counter: (typeof COUNTERS)[number]): number | null => {
    const [was, is] = [before[counter], after[counter]];
    if (is === null) return null;
    if (broken !== undefined) return is;
    return was === null ? null : is - was;
  };
  const span =
    broken === 'reset' ? null : broken === 'restart' ? Math.max(1, after.uptimeSeconds ?? 1) : seconds;
  const [hits, misses, commands] = [counted('hits'), counted('misses'), counted('commands')];
  const [evicted, expired] = [counted('evicted'), counted('expired')];
  const figures: Figures = {
    ...after,
    hits,
    misses,
    readsPerSecond: hits === null || misses === null ? null : perSecond(hits + misses, span),
    evicted,
    evictedPerSecond: perSecond(evicted, span),
    expired,
    expiredPerSecond: perSecond(expired, span),
    commands,
    // The server's own average of the last moments is better than nothing.
    operationsPerSecond: perSecond(commands, span) ?? after.operationsPerSecond,
  };
  return { figures, broken };
}

/** Counters only rise; one that fell was set to zero. */
function findBreak(before: Figures, after: Figures): Break | undefined {
  if (before.runId !== after.runId) return 'restart';
  const isYounger = (after.uptimeSeconds ?? 0) < (before.uptimeSeconds ?? 0);
  if (isYounger) return 'restart';
  return COUNTERS.some((counter) => (after[counter] ?? 0) < (before[counter] ?? 0)) ? 'reset' : undefined;
}

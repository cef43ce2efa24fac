import { formatDurationMs } from '../units/duration.ts';
import { formatPercent } from '../units/number.ts';
import type { FeltLatency } from './probe.ts';

/** What other clients felt, and what was done about it. */
export interface Felt extends FeltLatency {
  /** The limit above which it goes slower, in ms; Infinity where there is none. */
  readonly limitMs: number;
  /** The lowest speed: a part of full speed, 1 where it was never slowed down. */
  readonly slowest: number;
}

/** Work done sooner is over before anybody could feel it: reports for people say nothing of it. */
const WORTH_TELLING_MS = 1_000;

/** The line of a report for people, where the work lasted long enough for one. */
export function feltLines(felt: Felt | undefined, elapsedMs: number): readonly string[] {
  if (felt === undefined || elapsedMs < WORTH_TELLING_MS) return [];
  const { p50Ms, p99Ms, maxMs, slowest, limitMs } = felt;
  const waited =
    `Other clients waited ${formatDurationMs(p50Ms)} (p50), ${formatDurationMs(p99Ms)} (p99), ` +
    `${formatDurationMs(maxMs)} at most`;
  if (slowest === 1) return [waited];
  return [
    `${waited}; slowed down to ${formatPercent(slowest)} for --max-latency ${formatDurationMs(limitMs)}`,
  ];
}

/** The same in a JSON report, as its `others_latency`; null where nothing was measured. */
export function feltJson(felt: Felt | undefined) {
  if (felt === undefined) return null;
  const round = (ms: number): number => Math.round(ms * 100) / 100;
  return {
    samples: felt.samples,
    p50_ms: round(felt.p50Ms),
    p99_ms: round(felt.p99Ms),
    max_ms: round(felt.maxMs),
    limit_ms: Number.isFinite(felt.limitMs) ? felt.limitMs : null,
    slowest_speed: Math.round(felt.slowest * 1_000) / 1_000,
  };
}

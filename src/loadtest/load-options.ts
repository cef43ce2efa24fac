import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import type { LoadModel } from './engine/model.ts';
import type { LoadPlan } from './engine/run-load.ts';
import { parseDistribution } from './distribution.ts';
import { parseStages } from './stages.ts';

/** How load is put on targets, as the command line says it. */
export interface LoadOptions {
  readonly model: LoadModel;
  /** As weights say where absent, and in turns where nothing says anything. */
  readonly popularity: LoadPlan['popularity'] | undefined;
  readonly seed: number;
  readonly warmupMs: number;
  /** Threads; `auto` is one for each core. */
  readonly workers: number | 'auto';
}

export const DEFAULT_CONNECTIONS = 4;
/** More sockets than one process and one port range have use for. */
export const MAX_CONNECTIONS = 10_000;
const DEFAULT_DURATION_MS = 10_000;
const DEFAULT_IN_FLIGHT = 1_000;
/** Open before an open load starts, so that the first requests need not wait for a handshake: at least these ... */
const OPEN_LOAD_CONNECTIONS = 10;
/** ... and as many as are under way at the first rate where an answer takes so long. */
const USUAL_ANSWER_SECONDS = 0.01;
const MAX_IN_FLIGHT = 60_000;
const MAX_WORKERS = 64;
/** Of seeds: what 32 bits hold. */
const MAX_SEED = 0xffff_ffff;

/** The flags that only an open load has a use for. */
const OPEN_FLAGS = ['arrivals', 'max-in-flight'] as const;

/** Whether the command line plans requests, instead of sending one when the last one was answered. */
export function asksForOpenLoad(input: Input): boolean {
  return input.has('rate') || input.has('stages') || input.has('search');
}

/**
 * @param newSeed for a run whose command line names none
 * @throws UsageError where a value does not fit, or two contradict each other
 */
export function parseLoadOptions(input: Input, newSeed: () => number): LoadOptions {
  const distribution = input.text('distribution');
  return {
    model: parseModel(input),
    popularity: distribution === undefined ? undefined : parseDistribution(distribution),
    seed: input.wholeNumber('seed', { min: 0, max: MAX_SEED }) ?? Math.floor(newSeed() * MAX_SEED),
    warmupMs: input.waitMs('warmup') ?? 0,
    workers: parseWorkers(input),
  };
}

function parseWorkers(input: Input): number | 'auto' {
  if (input.text('workers') === 'auto') return 'auto';
  return input.wholeNumber('workers', { min: 1, max: MAX_WORKERS }) ?? 1;
}

/** @throws UsageError */
export function parseModel(input: Input): LoadModel {
  const requests = input.wholeNumber('requests', { min: 1 });
  const durationMs = input.waitMs('duration');
  const connections = input.wholeNumber('connections', { min: 1, max: MAX_CONNECTIONS });
  if (requests !== undefined && durationMs !== undefined) {
    throw new UsageError('--requests and --duration contradict each other: each says when it ends');
  }
  if (!asksForOpenLoad(input)) {
    for (const flag of OPEN_FLAGS) {
      if (input.has(flag))
        throw new UsageError(`--${flag} needs --rate or --stages: it is about requests on schedule`);
    }
    return {
      kind: 'closed',
      connections: connections ?? DEFAULT_CONNECTIONS,
      until:
        requests === undefined
          ? { kind: 'duration', ms: durationMs ?? DEFAULT_DURATION_MS }
          : { kind: 'requests', count: requests },
    };
  }
  const rate = input.ratePerSecond('rate');
  const stagesText = input.text('stages');
  if (stagesText !== undefined && (durationMs !== undefined || requests !== undefined)) {
    throw new UsageError('--stages says by itself how long it lasts: leave --duration and --requests out');
  }
  const maxInFlight = input.wholeNumber('max-in-flight', { min: 1, max: MAX_IN_FLIGHT }) ?? DEFAULT_IN_FLIGHT;
  const ms =
    requests === undefined || rate === undefined
      ? (durationMs ?? DEFAULT_DURATION_MS)
      : (requests / rate) * 1_000;
  const warmupMs = input.waitMs('warmup') ?? 0;
  const stages =
    stagesText === undefined
      ? [{ durationMs: warmupMs + ms, fromPerSecond: rate ?? 0, toPerSecond: rate ?? 0 }]
      : parseStages(stagesText, rate ?? 0);
  const usual = Math.ceil((stages[0]?.fromPerSecond ?? 0) * USUAL_ANSWER_SECONDS);
  return {
    kind: 'open',
    stages,
    spread: input.choice('arrivals', ['constant', 'poisson'] as const) ?? 'constant',
    connections: Math.min(connections ?? Math.max(OPEN_LOAD_CONNECTIONS, usual), maxInFlight),
    maxInFlight,
  };
}

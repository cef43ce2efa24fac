import type { Context } from '../../cli/context.ts';
import { CachectlError } from '../../cli/errors.ts';
import { removeKeys } from '../../redis/keyspace.ts';
import type { RedisClient } from '../../redis/types.ts';
import { countOf } from '../../units/number.ts';
import type { Target } from '../../warm/target.ts';
import type { WarmTargets } from '../../warm/warm-targets.ts';
import { WHOLE } from '../engine/arrivals.ts';
import { Histogram } from '../../histogram/histogram.ts';
import type { ClosedModel } from '../engine/model.ts';
import { runHttpLoad, type LoadResult } from '../engine/run-load.ts';
import type { HttpJob } from '../engine/http-job.ts';
import { watchRedis, type RedisWindow } from '../load/redis-window.ts';
import type { Endpoint } from '../targets/endpoint.ts';
import { hitsByEndpoint } from './endpoint-hits.ts';
import { mergeFigures, type PhaseFigures } from './phase.ts';
import type { Measurement, PhaseHits } from './report.ts';
import { repetitionsOf } from './repetitions.ts';

/** An entry and the target that it is reported as. */
export type EntryEndpoint = Extract<Endpoint, { kind: 'entry' }>;

/** One after the other takes its time: more are not asked for the hits of each. */
const MOST_ASKED_ALONE = 100;

/** What a comparison of cold and warm works on. */
export interface ColdWarmPlan {
  readonly endpoints: readonly EntryEndpoint[];
  /** One request for each endpoint, in their order. */
  readonly job: HttpJob;
  readonly connections: number;
  /** Of the warm phases together, for each endpoint. */
  readonly until: ClosedModel['until'];
  readonly repeat: number;
}

/** Where it works. */
export interface ColdWarmTools {
  readonly context: Pick<Context, 'host' | 'signal' | 'progress'>;
  readonly redis: RedisClient;
  /** Makes sure that everything is in the cache, as `cachectl warm` does. */
  readonly warm: WarmTargets;
  /** The same after an interruption: in the little time that is left. */
  readonly restore: WarmTargets;
}

/** What it gave. */
export interface ColdWarmResult {
  readonly measurements: readonly Measurement[];
  readonly hits: { readonly cold: PhaseHits; readonly warm: PhaseHits } | undefined;
  readonly problems: readonly string[];
}

/**
 * The application with an empty cache against the application with a full one, in turns: all entries are
 * removed, each target is requested once, the cache is warmed, and all targets are requested again.
 */
export async function measureColdWarm(plan: ColdWarmPlan, tools: ColdWarmTools): Promise<ColdWarmResult> {
  const { endpoints } = plan;
  const { signal, progress: newProgress } = tools.context;
  const runs = repetitionsOf(plan.repeat, plan.until);
  const progress = newProgress({ label: 'load test', unit: 'repetitions', total: runs.length });
  const cold: Phase[] = [];
  const warm: Phase[] = [];
  const problems = new Set<string>();
  let isEmptied = false;
  const empty = async (): Promise<void> => {
    isEmptied = true;
    await clear(endpoints, tools.redis, signal);
  };
  const fill = async (): Promise<void> => {
    const { failures } = await tools.warm(endpoints.map(({ target }) => target));
    isEmptied = signal.aborted;
    if (failures.length > 0) {
      problems.add(
        `${countOf(failures.length, 'target')} could not be warmed: ${failures[0]?.error.message ?? ''}`,
      );
    }
  };
  for (const [index, until] of runs.entries()) {
    if (signal.aborted) break;
    await empty();
    cold.push(await runPhase(plan, { kind: 'requests', count: endpoints.length }, tools));
    if (signal.aborted) break;
    await fill();
    const share: ClosedModel['until'] =
      until.kind === 'requests' ? { kind: 'requests', count: until.count * endpoints.length } : until;
    if (!signal.aborted) warm.push(await runPhase(plan, share, tools));
    progress.update(index + 1);
  }
  const hits =
    signal.aborted || endpoints.length > MOST_ASKED_ALONE
      ? []
      : await hitsByEndpoint(endpoints.length, {
          clear: empty,
          fill,
          ask: (index) => askOnce(plan, index, cold, tools),
          isOver: () => signal.aborted,
        });
  progress.stop();
  // What a broken-off run has removed is put back, as far as the application gives it.
  if (signal.aborted && isEmptied)
    await tools.restore(endpoints.map(({ target }) => target)).catch(ignoreFailure);
  return {
    measurements: endpoints.map((endpoint, index) => ({
      ...measurementOf(endpoint, index, cold, warm),
      hits: hits[index],
    })),
    hits: cold.length === 0 || warm.length === 0 ? undefined : { cold: hitsOf(cold), warm: hitsOf(warm) },
    problems: [...problems],
  };
}

function ignoreFailure(error: unknown): void {
  if (!(error instanceof CachectlError)) throw error;
}

interface Phase {
  readonly result: LoadResult;
  readonly window: RedisWindow | undefined;
}

async function runPhase(
  plan: ColdWarmPlan,
  until: ClosedModel['until'],
  { redis, context }: ColdWarmTools,
): Promise<Phase> {
  const watch = await watchRedis(redis, context.host.clock);
  const result = await runHttpLoad(
    {
      model: { kind: 'closed', connections: plan.connections, until },
      popularity: { kind: 'turns' },
      seed: 0,
      warmupMs: 0,
      patienceMs: 0,
    },
    plan.job,
    WHOLE,
    { signal: context.signal, onSnapshot: () => undefined },
  );
  return { result, window: await watch.stop() };
}

/** One request to one endpoint, and what Redis counted meanwhile. Where none was ever answered it only would be waited for. */
async function askOnce(
  plan: ColdWarmPlan,
  index: number,
  cold: readonly Phase[],
  tools: ColdWarmTools,
): Promise<PhaseHits | undefined> {
  const answered = cold.some(({ result }) => (result.record.endpoints[index]?.latencies.count ?? 0) > 0);
  if (!answered) return undefined;
  const job = { ...plan.job, requests: plan.job.requests.slice(index, index + 1) };
  const { window } = await runPhase({ ...plan, job, connections: 1 }, { kind: 'requests', count: 1 }, tools);
  return window && { hits: window.hits, misses: window.misses };
}

/** Removes exactly the entries of these targets, wherever they may be. */
async function clear(
  endpoints: readonly EntryEndpoint[],
  redis: RedisClient,
  signal: AbortSignal,
): Promise<void> {
  const keys = endpoints.flatMap(({ target }) => keysOf(target));
  for (const { node, indexes } of await redis.nodesFor(keys)) {
    await removeKeys(
      node,
      indexes.flatMap((index) => keys[index] ?? []),
    );
  }
  for (const pattern of patternsOf(endpoints)) {
    const walk = redis.walk({ pattern }, signal, ({ error }) => {
      throw error;
    });
    for await (const batch of walk) await removeKeys(batch.node, batch.keys);
  }
}

/** A target's own key; where the application stores it, every key that it may have. */
function keysOf(target: Target): readonly Buffer[] {
  if (target.expectKeys === undefined || target.expectKeys.length === 0) return [target.physicalKey];
  return target.expectKeys.flatMap(({ places, isPattern }) => (isPattern ? [] : places));
}

/** The patterns under which the application stores what it is asked for; each once. */
function patternsOf(endpoints: readonly EntryEndpoint[]): readonly Buffer[] {
  const patterns = endpoints.flatMap(({ target }) =>
    (target.expectKeys ?? []).flatMap(({ places, isPattern }) => (isPattern ? places : [])),
  );
  return [...new Map(patterns.map((pattern) => [pattern.toString('latin1'), pattern])).values()];
}

function measurementOf(
  endpoint: EntryEndpoint,
  index: number,
  cold: readonly Phase[],
  warm: readonly Phase[],
): Measurement {
  const without = cold.map((phase) => figuresOf(phase, index));
  const cached = warm.map((phase) => figuresOf(phase, index));
  return {
    endpoint,
    withoutCache: without.length === 0 ? undefined : mergeFigures(without),
    withCache: cached.length === 0 ? undefined : mergeFigures(cached),
    repetitions: without.flatMap(({ latencies }, run) => {
      const other = cached[run]?.latencies;
      return other === undefined ? [] : [{ without: latencies, cached: other }];
    }),
    problem: undefined,
  };
}

function figuresOf({ result: { record, gaveUp } }: Phase, index: number): PhaseFigures {
  const endpoint = record.endpoints[index];
  return {
    latencies: endpoint === undefined ? new Histogram() : Histogram.from(endpoint.latencies),
    failures: new Map(endpoint?.failures ?? []),
    unfinished: 0,
    durationMs: record.durationMs,
    counted: { sum: endpoint?.countedSum ?? 0, answers: endpoint?.countedAnswers ?? 0 },
    gaveUp,
  };
}

function hitsOf(phases: readonly Phase[]): PhaseHits {
  const sum = (value: (window: RedisWindow) => number): number =>
    phases.reduce((total, { window }) => total + (window === undefined ? 0 : value(window)), 0);
  return { hits: sum(({ hits }) => hits), misses: sum(({ misses }) => misses) };
}

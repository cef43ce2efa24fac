import { Histogram } from '../../histogram/histogram.ts';
import type { Random } from '../engine/random.ts';
import type { Endpoint } from '../targets/endpoint.ts';
import { sumOfHits, type EndpointHits } from './endpoint-hits.ts';
import { improvementInterval, samplesOf, type Interval } from './bootstrap.ts';
import { failureCount, mergeFigures, type PhaseFigures } from './phase.ts';

/** What measuring one endpoint gave. */
export interface Measurement {
  readonly endpoint: Endpoint;
  /** Requests to the origin, the entry removed before each; `undefined` where it was not reached. */
  readonly withoutCache: PhaseFigures | undefined;
  /** Reads from Redis; `undefined` for a bare address, and where there was nothing to read. */
  readonly withCache: PhaseFigures | undefined;
  /** The latencies of both sides, repetition by repetition, as far as both were measured. */
  readonly repetitions: readonly { readonly without: Histogram; readonly cached: Histogram }[];
  /** What Redis counted for it, where the application itself reads it. */
  readonly hits?: EndpointHits | undefined;
  /** Why something is missing from the figures, or what went wrong beside them; in plain words, safe to show. */
  readonly problem: string | undefined;
}

/** The figures of one phase. Latencies are of good answers only, and `undefined` where there was none. */
export interface PhaseReport {
  /** Finished ones, failures included. */
  readonly requests: number;
  readonly errors: number;
  readonly errorsByCause: readonly (readonly [cause: string, count: number])[];
  /** Under way when the command was told to stop. */
  readonly unfinished: number;
  readonly durationMs: number;
  /** Good answers by the phase's wall time. */
  readonly requestsPerSecond: number;
  readonly meanMs: number | undefined;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly maxMs: number | undefined;
  /** Mean of the counting header over the answers that had one. */
  readonly countHeaderMean: number | undefined;
}

/** Figures without and with the cache side by side. */
export interface Comparison {
  readonly withoutCache: PhaseReport | undefined;
  readonly withCache: PhaseReport | undefined;
  /** How much less the median is with the cache; negative where it is more. */
  readonly improvementPercent: number | undefined;
  /** Where it lies with a probability of 95 %; `undefined` where one side has nothing. */
  readonly improvementInterval: Interval | undefined;
  /** What Redis counted while each endpoint was asked alone, once cold and once warm. */
  readonly hits?: EndpointHits | undefined;
}

/** What Redis counted in the phases of one kind. */
export interface PhaseHits {
  readonly hits: number;
  readonly misses: number;
}

/** Which two things are held side by side. */
export type ComparedPhases = 'origin,cache' | 'cold,warm';

/** One endpoint. */
export interface EndpointReport extends Comparison {
  readonly endpoint: Endpoint;
  readonly problem: string | undefined;
}

/** All endpoints of a scope as one: their histograms merged, never their percentiles averaged. */
export interface ScopeReport extends Comparison {
  readonly scope: string;
  readonly endpoints: number;
}

/** What `cachectl loadtest` has to say. */
export interface LoadtestReport {
  readonly phases: ComparedPhases;
  readonly connections: number;
  /** How often the phases took turns. */
  readonly repeat: number;
  /** What Redis counted, where the application itself reads it. */
  readonly hits: { readonly cold: PhaseHits; readonly warm: PhaseHits } | undefined;
  readonly countHeader: string | undefined;
  readonly interrupted: boolean;
  readonly endpoints: readonly EndpointReport[];
  readonly scopes: readonly ScopeReport[];
  /** About the run as a whole, such as variables that could not be filled in; safe to show. */
  readonly problems: readonly string[];
}

/** Turns measurements into the report. */
export function createReport(
  measurements: readonly Measurement[],
  run: Omit<LoadtestReport, 'endpoints' | 'scopes'>,
  random: Random,
): LoadtestReport {
  return {
    ...run,
    endpoints: measurements.map(({ endpoint, withoutCache, withCache, repetitions, problem, hits }) => ({
      endpoint,
      problem,
      hits,
      ...compare(withoutCache, withCache, intervalOf(repetitions, random)),
    })),
    scopes: scopeNames(measurements).map((scope) => scopeReport(scope, measurements, random)),
  };
}

/** Whether any request failed, or something was left out for a reason other than an interruption. */
export function hasFailures(report: LoadtestReport): boolean {
  return (
    report.problems.length > 0 ||
    report.endpoints.some(
      ({ problem, withoutCache, withCache }) =>
        problem !== undefined || (withoutCache?.errors ?? 0) + (withCache?.errors ?? 0) > 0,
    )
  );
}

/** Whether a difference may as well be none. */
export function isNoise({ improvementInterval: interval }: Pick<Comparison, 'improvementInterval'>): boolean {
  return interval !== undefined && interval.low <= 0 && interval.high >= 0;
}

function intervalOf(repetitions: Measurement['repetitions'], random: Random): Interval | undefined {
  return improvementInterval(
    repetitions.map(({ without, cached }) => ({ without: samplesOf(without), cached: samplesOf(cached) })),
    random,
  );
}

function compare(
  without: PhaseFigures | undefined,
  cached: PhaseFigures | undefined,
  interval: Interval | undefined,
): Comparison {
  const withoutP50 = without?.latencies.percentile(50);
  const withP50 = cached?.latencies.percentile(50);
  return {
    withoutCache: without === undefined ? undefined : phaseReport(without),
    withCache: cached === undefined ? undefined : phaseReport(cached),
    improvementPercent:
      withoutP50 === undefined || withP50 === undefined || withoutP50 === 0
        ? undefined
        : (1 - withP50 / withoutP50) * 100,
    improvementInterval: interval,
  };
}

function phaseReport(figures: PhaseFigures): PhaseReport {
  const { latencies, counted, durationMs } = figures;
  const errors = failureCount(figures);
  return {
    requests: latencies.count + errors,
    errors,
    errorsByCause: [...figures.failures],
    unfinished: figures.unfinished,
    durationMs,
    requestsPerSecond: durationMs > 0 ? (latencies.count / durationMs) * 1_000 : 0,
    meanMs: latencies.mean,
    p50Ms: latencies.percentile(50),
    p95Ms: latencies.percentile(95),
    p99Ms: latencies.percentile(99),
    maxMs: latencies.max,
    countHeaderMean: counted.answers === 0 ? undefined : counted.sum / counted.answers,
  };
}

function scopeNames(measurements: readonly Measurement[]): readonly string[] {
  return [...new Set(measurements.flatMap(({ endpoint }) => scopeOf(endpoint) ?? []))];
}

/** The scope an endpoint comes from. */
export function scopeOf(endpoint: Endpoint): string | undefined {
  return endpoint.kind === 'entry' ? endpoint.target.scope : undefined;
}

/** Only endpoints with both phases count, so that both sides are of the same pages. */
function scopeReport(scope: string, measurements: readonly Measurement[], random: Random): ScopeReport {
  const own = measurements.filter(({ endpoint }) => scopeOf(endpoint) === scope);
  const pairs = own.flatMap(({ withoutCache, withCache, repetitions }) =>
    withoutCache === undefined || withCache === undefined ? [] : [{ withoutCache, withCache, repetitions }],
  );
  if (pairs.length === 0) return { scope, endpoints: 0, ...compare(undefined, undefined, undefined) };
  return {
    scope,
    endpoints: pairs.length,
    hits: sumOfHits(own.map(({ hits }) => hits)),
    ...compare(
      mergeFigures(pairs.map(({ withoutCache }) => withoutCache)),
      mergeFigures(pairs.map(({ withCache }) => withCache)),
      intervalOf(togetherOf(pairs.map(({ repetitions }) => repetitions)), random),
    ),
  };
}

/** The n-th repetitions of several endpoints as one. */
function togetherOf(all: readonly Measurement['repetitions'][]): Measurement['repetitions'] {
  const most = Math.max(0, ...all.map(({ length }) => length));
  return Array.from({ length: most }, (_, run) => {
    const merged = { without: new Histogram(), cached: new Histogram() };
    for (const repetition of all.flatMap((repetitions) => repetitions[run] ?? [])) {
      merged.without.merge(repetition.without);
      merged.cached.merge(repetition.cached);
    }
    return merged;
  });
}

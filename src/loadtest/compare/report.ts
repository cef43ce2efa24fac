import type { Endpoint } from '../targets/endpoint.ts';
import { failureCount, mergeFigures, type PhaseFigures } from './phase.ts';

/** What measuring one endpoint gave. */
export interface Measurement {
  readonly endpoint: Endpoint;
  /** Requests to the origin, the entry removed before each; `undefined` where it was not reached. */
  readonly withoutCache: PhaseFigures | undefined;
  /** Reads from Redis; `undefined` for a bare address, and where there was nothing to read. */
  readonly withCache: PhaseFigures | undefined;
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
}

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
  readonly connections: number;
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
  run: Pick<LoadtestReport, 'connections' | 'countHeader' | 'interrupted' | 'problems'>,
): LoadtestReport {
  return {
    ...run,
    endpoints: measurements.map(({ endpoint, withoutCache, withCache, problem }) => ({
      endpoint,
      problem,
      ...compare(withoutCache, withCache),
    })),
    scopes: scopeNames(measurements).map((scope) => scopeReport(scope, measurements)),
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

function compare(without: PhaseFigures | undefined, cached: PhaseFigures | undefined): Comparison {
  const withoutP50 = without?.latencies.percentile(50);
  const withP50 = cached?.latencies.percentile(50);
  return {
    withoutCache: without === undefined ? undefined : phaseReport(without),
    withCache: cached === undefined ? undefined : phaseReport(cached),
    improvementPercent:
      withoutP50 === undefined || withP50 === undefined || withoutP50 === 0
        ? undefined
        : (1 - withP50 / withoutP50) * 100,
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
function scopeReport(scope: string, measurements: readonly Measurement[]): ScopeReport {
  const own = measurements.filter(({ endpoint }) => scopeOf(endpoint) === scope);
  const pairs = own.flatMap(({ withoutCache, withCache }) =>
    withoutCache === undefined || withCache === undefined ? [] : [{ withoutCache, withCache }],
  );
  if (pairs.length === 0) return { scope, endpoints: 0, ...compare(undefined, undefined) };
  return {
    scope,
    endpoints: pairs.length,
    ...compare(
      mergeFigures(pairs.map(({ withoutCache }) => withoutCache)),
      mergeFigures(pairs.map(({ withCache }) => withCache)),
    ),
  };
}

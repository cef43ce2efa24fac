import type { Context } from '../../cli/context.ts';
import { type CachectlError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { isOriginUnreachable } from '../../origin/translate-error.ts';
import type { OriginClient } from '../../origin/types.ts';
import type { RedisClient } from '../../redis/types.ts';
import { urlOf, type Endpoint } from '../targets/endpoint.ts';
import type { ClosedLoad } from './closed-loop.ts';
import { measureAddress, measureEntry, type MeasureTools } from './measure.ts';
import type { Measurement } from './report.ts';

/** What a run of a load test works on. */
export interface LoadtestPlan {
  readonly endpoints: readonly Endpoint[];
  readonly load: ClosedLoad;
  /** How often the phases of an endpoint take turns. */
  readonly repeat: number;
  readonly countHeader: string | undefined;
  /** Of requests to bare addresses. */
  readonly timeoutMs: number;
}

/** Where it works. */
export interface LoadtestTools {
  readonly context: Pick<Context, 'host' | 'signal' | 'progress' | 'messages'>;
  readonly origin: OriginClient;
  /** Opened only where there is an entry to test. */
  readonly redis: () => Promise<RedisClient>;
  readonly store: MeasureTools['store'];
  readonly fillOf: MeasureTools['fillOf'];
}

/** What a load test found. */
export interface LoadtestResult {
  readonly measurements: readonly Measurement[];
  /** Redis went away for good, and with it every entry that was still to be tested. */
  readonly failure: CachectlError | undefined;
}

/** Failures that the next endpoint of the same host would have as well; a time limit may be one page's own. */
const HOST_FAILURES = new Set(['origin.refused', 'origin.dns', 'origin.tls', 'origin.unreachable']);

/**
 * Measures one endpoint after the other, so that none disturbs another. Ends at the signal; endpoints
 * that were not reached have no figures.
 * @throws CachectlError the first failure, where nothing was answered at all by anybody
 */
export async function executeLoadtest(plan: LoadtestPlan, tools: LoadtestTools): Promise<LoadtestResult> {
  const { context } = tools;
  const { load, countHeader } = plan;
  const progress = context.progress({ label: 'load test', unit: 'requests', total: totalRequests(plan) });
  const deadHosts = new Map<string, CachectlError>();
  let sent = 0;
  let label = '';
  const failures: { first: CachectlError | undefined; latest: CachectlError | undefined } = {
    first: undefined,
    latest: undefined,
  };
  const measureTools: MeasureTools = {
    clock: context.host.clock,
    signal: context.signal,
    origin: tools.origin,
    load,
    countHeader,
    store: tools.store,
    fillOf: tools.fillOf,
    repeat: plan.repeat,
    onAnswer: () => progress.update(++sent, label),
    onFailure: (error) => {
      failures.latest = error;
      if (isNobodyThere(error)) failures.first ??= error;
    },
  };

  let redisGone: CachectlError | undefined;

  const measure = async (endpoint: Endpoint): Promise<Measurement> => {
    const unmeasured = { endpoint, withoutCache: undefined, withCache: undefined, repetitions: [] };
    if (context.signal.aborted) return { ...unmeasured, problem: undefined };
    const host = new URL(urlOf(endpoint)).origin;
    const dead = deadHosts.get(host);
    if (dead !== undefined) return { ...unmeasured, problem: `not requested: ${dead.message}` };
    if (redisGone !== undefined && endpoint.kind === 'entry')
      return { ...unmeasured, problem: `not tested: ${redisGone.message}` };
    label = endpoint.label;
    failures.latest = undefined;
    const measurement =
      endpoint.kind === 'address'
        ? await measureAddress(endpoint, plan.timeoutMs, measureTools)
        : await measureEntry(endpoint, await tools.redis(), measureTools);
    const failure = failures.latest as CachectlError | undefined;
    if (failure !== undefined && HOST_FAILURES.has(failure.code) && !wasAnswered(measurement)) {
      deadHosts.set(host, failure);
    }
    if (failure !== undefined && isRedisGone(failure) && measurement.problem !== undefined)
      redisGone = failure;
    return measurement;
  };

  const measurements: Measurement[] = [];
  for (const endpoint of plan.endpoints) measurements.push(await measure(endpoint));
  progress.stop();
  const { first } = failures;
  if (first !== undefined && !context.signal.aborted && !measurements.some(wasAnswered)) throw first;
  return { measurements, failure: redisGone };
}

function totalRequests({ endpoints, load }: LoadtestPlan): number | undefined {
  const { until } = load;
  if (until.kind === 'duration') return undefined;
  return endpoints.reduce((sum, { kind }) => sum + until.count * (kind === 'entry' ? 2 : 1), 0);
}

function isRedisGone(error: CachectlError): boolean {
  return error.code.startsWith('redis.') && error.exitCode === ExitCode.unreachable;
}

/** Nobody there, or somebody who lets nobody in: without one answer it is no result but an error. */
function isNobodyThere(error: CachectlError): boolean {
  if (error.exitCode === ExitCode.refused) return true;
  if (error.code.startsWith('origin.')) return isOriginUnreachable(error.code);
  return error.exitCode === ExitCode.unreachable;
}

/** Whether any request to the origin was answered, with an error status included. */
function wasAnswered({ withoutCache }: Measurement): boolean {
  if (withoutCache === undefined) return false;
  const causes = [...withoutCache.failures.keys()];
  return withoutCache.latencies.count > 0 || causes.some((cause) => cause.startsWith('status '));
}

import type { Outcome } from '../../cli/command.ts';
import type { Context } from '../../cli/context.ts';
import { CachectlError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { redactUrl } from '../../config/redact.ts';
import type { RedisClient } from '../../redis/types.ts';
import { countOf } from '../../units/number.ts';
import { isOriginUnreachable } from '../../origin/translate-error.ts';
import { GIVE_UP_AFTER } from '../engine/load-loop.ts';
import type { LoadPlan, LoadResult, Watcher } from '../engine/run-load.ts';
import { runHttpThreads } from '../engine/run-threads.ts';
import type { LoadOptions } from '../load-options.ts';
import type { LoadtestOptions } from '../options.ts';
import { urlOf } from '../targets/endpoint.ts';
import type { LoadTarget } from '../targets/load-target.ts';
import { refuseRemote } from '../targets/remote.ts';
import { startView } from './live-view.ts';
import { outcomeOf } from './outcome.ts';
import { popularityOf, prepareLoad, type PreparedLoad } from './http-job.ts';
import { watchRedis, type RedisWatch } from './redis-window.ts';
import { createLoadReport, type EndpointName, type LoadReport } from './report.ts';
import { cores } from './cores.ts';

/** What a run of load needs. */
export interface LoadTask {
  readonly options: LoadtestOptions;
  readonly load: LoadOptions;
  readonly targets: readonly LoadTarget[];
  /** Sources that failed and the like; safe to show. */
  readonly problems: readonly string[];
  /** Whose figures belong to the report; `undefined` where no Redis has to do with it. */
  readonly redis: (() => Promise<RedisClient>) | undefined;
}

/**
 * Puts load on all targets together, and reports.
 * @throws CachectlError where a target is not this machine and not allowed, or where nobody answered at all
 */
export async function runLoadTask(
  task: LoadTask,
  context: Context,
): Promise<{ readonly outcome: Outcome; readonly report: LoadReport }> {
  const { options, load, targets } = task;
  refuseRemote(
    new Set(targets.map(({ endpoint }) => new URL(urlOf(endpoint)).host)),
    options.targets.allowedHosts,
  );
  const prepared = prepareLoad(targets, options.countHeader, context.spec?.spec.defaults.connectTimeoutMs);
  const plan: LoadPlan = {
    model: load.model,
    popularity: popularityOf(targets, load.popularity),
    seed: load.seed,
    warmupMs: load.warmupMs,
    patienceMs: targets.reduce((longest, { timeoutMs }) => Math.max(longest, timeoutMs), 0),
  };
  const workers = load.workers === 'auto' ? cores() : load.workers;
  const watch = await startWatch(task, context);
  const view = startView(context, load.model);
  const watcher: Watcher = { signal: context.signal, onSnapshot: view.show };
  const result = await runHttpThreads(plan, prepared.job, workers, watcher).finally(view.stop);
  const redis = await watch?.stop();
  refuseSilence(result, prepared, context.signal);
  const report = createLoadReport(result, endpointNames(prepared), {
    kind: 'web',
    model: load.model,
    popularity: plan.popularity,
    seed: load.seed,
    warmupMs: load.warmupMs,
    workers,
    targets: targets.length,
    countHeader: options.countHeader,
    interrupted: context.signal.aborted,
    redis,
    problems: [
      ...task.problems,
      ...(result.gaveUp
        ? [`given up: none of its first ${GIVE_UP_AFTER} or more requests was answered`]
        : []),
    ],
  });
  warnOfCountHeader(report, context);
  return { outcome: outcomeOf(report), report };
}

/** A Redis that is not there does not keep anybody from measuring the application. */
async function startWatch({ redis }: LoadTask, context: Context): Promise<RedisWatch | undefined> {
  if (redis === undefined) return undefined;
  try {
    return await watchRedis(await redis(), context.host.clock);
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    context.signal.throwIfAborted();
    context.messages.warn(`no figures of Redis: ${error.message}`);
    return undefined;
  }
}

/** Nobody there: without one answer it is no result but an error. */
function refuseSilence({ record, gaveUp }: LoadResult, { job }: PreparedLoad, signal: AbortSignal): void {
  if (signal.aborted || record.hasAnswers || record.failures.length === 0) return;
  const [cause = ''] = record.failures[0] ?? [];
  if (!gaveUp && !isOriginUnreachable(cause)) return;
  const hosts = job.places.map(({ host }) => host).join(', ');
  const count = record.failures.reduce((sum, [, failed]) => sum + failed, 0);
  throw new CachectlError(`${hosts} answered none of ${countOf(count, 'request')} (${cause})`, {
    code: cause,
    exitCode: ExitCode.unreachable,
    hint: 'is the application running, and is this its address?',
  });
}

function endpointNames({ lines, others }: PreparedLoad): readonly EndpointName[] {
  const names = lines.map(({ endpoint }): EndpointName => ({
    label: endpoint.label,
    scope: endpoint.kind === 'entry' ? endpoint.target.scope : undefined,
    key: endpoint.kind === 'entry' ? endpoint.target.key : undefined,
    url: redactUrl(urlOf(endpoint)),
  }));
  const rest = { label: countOf(others, 'other target'), scope: undefined, key: undefined, url: undefined };
  return others > 0 ? [...names, rest] : names;
}

function warnOfCountHeader({ countHeader, totals }: LoadReport, context: Context): void {
  if (countHeader === undefined || totals.succeeded === 0 || totals.countHeaderMean !== undefined) return;
  context.messages.warn(`no answer of the origin had a number in its header ${countHeader}`);
}

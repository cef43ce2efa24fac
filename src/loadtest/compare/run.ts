import { setMaxListeners } from 'node:events';
import type { Outcome } from '../../cli/command.ts';
import type { Context } from '../../cli/context.ts';
import { UsageError, type CachectlError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { PRODUCT_DEFAULTS } from '../../config/spec.ts';
import { looksLikePattern } from '../../keys/pattern.ts';
import { escapeText } from '../../keys/printable.ts';
import { createOriginClient } from '../../origin/client.ts';
import { withAutomaticHeaders } from '../../origin/request-headers.ts';
import type { OriginClient } from '../../origin/types.ts';
import { encodeValue } from '../../warm/encode-value.ts';
import { prepareFills, type PreparedFill } from '../../warm/prepare-fill.ts';
import { createStore } from '../../warm/store.ts';
import type { Target } from '../../warm/target.ts';
import { targetWarmer, type WarmTargets } from '../../warm/warm-targets.ts';
import { seededRandom } from '../engine/random.ts';
import { prepareLoad } from '../load/http-job.ts';
import type { CompareWork, LoadtestOptions } from '../options.ts';
import { nameEndpoints, urlOf, type Endpoint } from '../targets/endpoint.ts';
import { refuseRemoteRedis } from '../targets/redis-place.ts';
import { refuseRemote } from '../targets/remote.ts';
import {
  expandTargets,
  targetSettings,
  type ScopeTargets,
  type TargetSource,
} from '../targets/scope-targets.ts';
import { measureColdWarm, type EntryEndpoint } from './cold-warm.ts';
import { executeLoadtest } from './execute.ts';
import { loadtestCsv, loadtestJson, loadtestMarkdown } from './export.ts';
import { renderLoadtest } from './render-table.ts';
import {
  createReport,
  hasFailures,
  type ComparedPhases,
  type LoadtestReport,
  type Measurement,
} from './report.ts';

/** What the two ways of comparing give. */
type Compared = Pick<LoadtestReport, 'hits' | 'problems'> & {
  readonly measurements: readonly Measurement[];
  readonly failure: CachectlError | undefined;
};

/** How long entries that an interrupted comparison has removed may take to come back. */
const RESTORE_MS = 5_000;

/** A comparison in the making. */
interface Task {
  readonly options: LoadtestOptions;
  readonly work: CompareWork;
  readonly source: TargetSource;
  readonly endpoints: readonly Endpoint[];
  readonly origin: OriginClient;
  readonly context: Context;
}

/** Every endpoint without the cache and with it, in turns. */
export async function runCompareTask(
  options: LoadtestOptions,
  work: CompareWork,
  source: TargetSource,
  context: Context,
): Promise<{ readonly outcome: Outcome; readonly report: LoadtestReport }> {
  // Entries are removed there and read again and again: that is load as well.
  refuseRemoteRedis(context, options.targets.allowedHosts);
  const origin = createOriginClient({ connections: work.load.connections });
  try {
    const phases = work.phases ?? usualPhases(source);
    const clearsPatterns = phases === 'cold,warm' && expectsPatterns(source);
    const expanded = await confirmedTargets(options, source, context, origin, clearsPatterns);
    const endpoints = nameEndpoints(expanded.targets, options.targets.addresses);
    refuseRemote(
      new Set(endpoints.map((endpoint) => new URL(urlOf(endpoint)).host)),
      options.targets.allowedHosts,
    );
    const task = { options, work, source, endpoints, origin, context };
    const compared = phases === 'cold,warm' ? await coldWarm(task) : await originCache(task);
    const report = createReport(
      compared.measurements,
      {
        phases,
        connections: work.load.connections,
        repeat: work.repeat,
        hits: compared.hits,
        countHeader: options.countHeader,
        interrupted: context.signal.aborted,
        problems: [...expanded.problems, ...compared.problems],
      },
      seededRandom(1),
    );
    if (options.countHeader !== undefined && lacksCountHeader(report)) {
      context.messages.warn(`no answer of the origin had a number in its header ${options.countHeader}`);
    }
    return { outcome: outcomeOf(report, compared.failure), report };
  } finally {
    await origin.close();
  }
}

/** An application that fills its own cache is asked itself; where cachectl fills it, Redis is. */
function usualPhases({ scopes }: TargetSource): ComparedPhases {
  const entries = scopes.flatMap((scope) => scope.entries);
  return entries.every(({ fill }) => fill?.mode === 'touch') ? 'cold,warm' : 'origin,cache';
}

/** Whether an entry is known by a pattern alone. */
function expectsPatterns({ scopes }: TargetSource): boolean {
  const keys = scopes.flatMap(({ entries }) => entries.flatMap(({ fill }) => fill?.expectKeys ?? []));
  return keys.some((key) => looksLikePattern(key));
}

async function originCache({ options, work, source, endpoints, origin, context }: Task): Promise<Compared> {
  const { spec, path } = source.loaded;
  const fills = await prepareFills(source.scopes, spec.origin?.headers ?? {}, path);
  const fillOf = (target: Target): PreparedFill => {
    const prepared = fills.get(target.entry);
    if (prepared === undefined) throw new Error('a target of no scope');
    return prepared;
  };
  const result = await executeLoadtest(
    {
      endpoints,
      load: work.load,
      repeat: work.repeat,
      countHeader: options.countHeader,
      timeoutMs: context.spec?.spec.defaults.timeoutMs ?? PRODUCT_DEFAULTS.timeoutMs,
    },
    {
      context,
      origin,
      redis: context.redis,
      fillOf,
      store: async (target, answer) => {
        const fill = fillOf(target);
        // The application has stored it by itself.
        if (fill.fill.mode === 'touch') return;
        const value = await encodeValue(answer, fill, target.layout.type);
        await createStore(await context.redis(), context.host.random).put(target, value);
      },
    },
  );
  return { ...result, hits: undefined, problems: [] };
}

async function coldWarm({ options, work, source, endpoints, origin, context }: Task): Promise<Compared> {
  const entries = endpoints.filter((endpoint): endpoint is EntryEndpoint => endpoint.kind === 'entry');
  if (entries.length < endpoints.length) {
    throw new UsageError('--compare cold,warm is about the entries of scopes: leave --url http://... out');
  }
  const client = await context.redis();
  const settings = await targetSettings(source, context);
  const retry = {
    retries: source.loaded.spec.defaults.retries,
    random: context.host.random,
    now: () => context.host.clock.now(),
    onRetry: () => undefined,
  };
  const warmTools = { client, scopes: source.scopes, settings, origin, retry };
  const warm = await targetWarmer(warmTools, context);
  const restore: WarmTargets = async (targets) => {
    const signal = AbortSignal.timeout(RESTORE_MS);
    // Every request under way listens.
    setMaxListeners(0, signal);
    return (await targetWarmer(warmTools, { ...context, signal }))(targets);
  };
  const { job } = prepareLoad(
    entries.map((endpoint) => ({
      endpoint,
      headers: withAutomaticHeaders(endpoint.target.headers),
      timeoutMs: options.targets.timeoutMs ?? endpoint.target.timeoutMs,
      weight: undefined,
    })),
    options.countHeader,
    source.loaded.spec.defaults.connectTimeoutMs,
    entries.length,
  );
  const plan = {
    endpoints: entries,
    job,
    connections: work.load.connections,
    until: work.load.until,
    repeat: work.repeat,
  };
  const result = await measureColdWarm(plan, { context, redis: client, warm, restore });
  return { ...result, failure: undefined };
}

async function confirmedTargets(
  options: LoadtestOptions,
  source: TargetSource,
  context: Context,
  origin: OriginClient,
  clearsPatterns: boolean,
): Promise<ScopeTargets> {
  const redis = await context.redis();
  await context.confirm({
    // Removing exactly these keys asks for nothing, except where the connection is protected; a pattern may reach
    // for keys that are not the scope's own.
    reach: redis.target.protected || clearsPatterns ? 'selection' : 'named',
    yes: false,
    confirm: options.confirm,
    preview: () =>
      Promise.resolve(
        source.scopes.map(
          ({ name }) =>
            `Entries of ${escapeText(name)} will be removed again and again, and put back in the end.`,
        ),
      ),
  });
  return expandTargets(source, origin, context);
}

function lacksCountHeader(report: LoadtestReport): boolean {
  const answered = report.endpoints.filter(({ withoutCache }) => withoutCache?.p50Ms !== undefined);
  return (
    answered.length > 0 && answered.every(({ withoutCache }) => withoutCache?.countHeaderMean === undefined)
  );
}

function outcomeOf(report: LoadtestReport, failure: CachectlError | undefined): Outcome {
  return {
    exitCode: failure?.exitCode ?? (hasFailures(report) ? ExitCode.partial : ExitCode.ok),
    failure,
    views: {
      table: (terminal) => renderLoadtest(report, terminal),
      json: () => loadtestJson(report),
      csv: () => loadtestCsv(report),
      markdown: () => loadtestMarkdown(report),
    },
  };
}

import type { Outcome } from '../../cli/command.ts';
import type { Context } from '../../cli/context.ts';
import type { CachectlError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { PRODUCT_DEFAULTS } from '../../config/spec.ts';
import { escapeText } from '../../keys/printable.ts';
import { createOriginClient } from '../../origin/client.ts';
import type { OriginClient } from '../../origin/types.ts';
import { createStore } from '../../warm/store.ts';
import type { CompareWork, LoadtestOptions } from '../options.ts';
import { nameEndpoints, urlOf } from '../targets/endpoint.ts';
import { refuseRemote } from '../targets/remote.ts';
import { expandTargets, type ScopeTargets, type TargetSource } from '../targets/scope-targets.ts';
import { executeLoadtest } from './execute.ts';
import { loadtestCsv, loadtestJson, loadtestMarkdown } from './export.ts';
import { renderLoadtest } from './render-table.ts';
import { createReport, hasFailures, type LoadtestReport } from './report.ts';

/** Every endpoint without the cache, then with it. */
export async function runCompareTask(
  options: LoadtestOptions,
  work: CompareWork,
  source: TargetSource | undefined,
  context: Context,
): Promise<Outcome> {
  const origin = createOriginClient({ connections: work.load.connections });
  try {
    return await compare(options, work, source, context, origin);
  } finally {
    await origin.close();
  }
}

async function compare(
  options: LoadtestOptions,
  work: CompareWork,
  source: TargetSource | undefined,
  context: Context,
  origin: OriginClient,
): Promise<Outcome> {
  const { targets, problems } = await confirmedTargets(options, source, context, origin);
  const endpoints = nameEndpoints(targets, options.targets.addresses);
  refuseRemote(
    new Set(endpoints.map((endpoint) => new URL(urlOf(endpoint)).host)),
    options.targets.allowedHosts,
  );
  const { measurements, failure } = await executeLoadtest(
    {
      endpoints,
      load: work.load,
      countHeader: options.countHeader,
      timeoutMs: context.spec?.spec.defaults.timeoutMs ?? PRODUCT_DEFAULTS.timeoutMs,
    },
    {
      context,
      origin,
      redis: context.redis,
      store: async (target, body) =>
        createStore(await context.redis(), context.host.random).put(target, body),
    },
  );
  const report = createReport(measurements, {
    connections: work.load.connections,
    countHeader: options.countHeader,
    interrupted: context.signal.aborted,
    problems,
  });
  if (options.countHeader !== undefined && lacksCountHeader(report)) {
    context.messages.warn(`no answer of the origin had a number in its header ${options.countHeader}`);
  }
  return outcomeOf(report, failure);
}

async function confirmedTargets(
  options: LoadtestOptions,
  source: TargetSource | undefined,
  context: Context,
  origin: OriginClient,
): Promise<ScopeTargets> {
  if (source === undefined) return { targets: [], problems: [] };
  const redis = await context.redis();
  await context.confirm({
    // Removing exactly these keys asks for nothing, except where the connection is protected.
    reach: redis.target.protected ? 'selection' : 'named',
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

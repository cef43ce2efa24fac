import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { findAndLoadSpec } from '../config/load-file.ts';
import type { LoadedSpec } from '../config/loaded.ts';
import { PRODUCT_DEFAULTS } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { createOriginClient } from '../origin/client.ts';
import type { OriginClient } from '../origin/types.ts';
import { chooseScopes } from '../warm/scopes.ts';
import { createStore } from '../warm/store.ts';
import { nameEndpoints } from './endpoint.ts';
import { executeLoadtest } from './execute.ts';
import { loadtestCsv, loadtestJson, loadtestMarkdown } from './export.ts';
import { parseLoadtestOptions, type LoadtestOptions } from './options.ts';
import { renderLoadtest } from './render-table.ts';
import { createReport, hasFailures, type LoadtestReport } from './report.ts';
import { checkScopes, expandTargets, type ScopeTargets } from './scope-targets.ts';

/** `cachectl loadtest`: every endpoint without the cache, then with it. */
export const command = defineCommand<LoadtestOptions>({
  parse: parseLoadtestOptions,
  run: async (options, context) => {
    const origin = createOriginClient({ connections: options.load.connections });
    try {
      return await runLoadtest(options, context, origin);
    } finally {
      await origin.close();
    }
  },
});

async function runLoadtest(
  options: LoadtestOptions,
  context: Context,
  origin: OriginClient,
): Promise<Outcome> {
  const { targets, problems } = await targetsOf(options, context, origin);
  const { measurements, failure } = await executeLoadtest(
    {
      endpoints: nameEndpoints(targets, options.addresses),
      options,
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
    connections: options.load.connections,
    countHeader: options.countHeader,
    interrupted: context.signal.aborted,
    problems,
  });
  if (options.countHeader !== undefined && lacksCountHeader(report)) {
    context.messages.warn(`no answer of the origin had a number in its header ${options.countHeader}`);
  }
  return outcomeOf(report, failure);
}

/** A test of bare addresses needs neither spec file nor Redis, and touches neither. */
async function targetsOf(
  options: LoadtestOptions,
  context: Context,
  origin: OriginClient,
): Promise<ScopeTargets> {
  if (options.scopes.length === 0) return { targets: [], problems: [] };
  const loaded = context.spec ?? (await requireSpec(context));
  if (loaded === undefined) return { targets: [], problems: [] };
  const source = { loaded, scopes: chooseScopes(loaded.spec, options.scopes), limit: options.limit };
  checkScopes(source);
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

/** Looks once more, for the error that says where it looked. */
function requireSpec(context: Context): Promise<LoadedSpec | undefined> {
  const { env, cwd } = context.host;
  const explicitPath = context.options.configPath ?? env['CACHECTL_CONFIG'];
  return findAndLoadSpec({ explicitPath, cwd, env, required: true });
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

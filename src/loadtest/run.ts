import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { refuseUnwritableReport, writeReportFile } from '../cli/report-file.ts';
import { findAndLoadSpec } from '../config/load-file.ts';
import type { LoadedSpec } from '../config/loaded.ts';
import { createOriginClient } from '../origin/client.ts';
import type { OriginClient } from '../origin/types.ts';
import { chooseScopes } from '../warm/scopes.ts';
import { gated, readBaseline } from './gate/gate.ts';
import { parseLoadtestOptions, type LoadtestOptions, type LoadWork } from './options.ts';
import type { LoadTarget } from './targets/load-target.ts';
import { refuseRemote } from './targets/remote.ts';
import { checkScopes, expandTargets, type ScopeTargets, type TargetSource } from './targets/scope-targets.ts';

/** Targets of a scope, where nothing is said: as many as a table shows well; or as a load has use for. */
const USUAL_LIMITS = { compare: 10, load: 1_000, redis: 0 } as const;

/** What a run gives: its report in each form, and as a page. */
interface Done {
  readonly outcome: Outcome;
  readonly page: (nowMs: number) => Promise<string>;
}

/** `cachectl loadtest`: what a cache is worth, and what an application holds. */
export const command = defineCommand<LoadtestOptions>({
  parse: parseLoadtestOptions,
  run: async (options, context) => {
    const { clock, cwd } = context.host;
    const startedAt = clock.now();
    await refuseUnwritableReport(options.reportFile);
    const baseline = options.baseline === undefined ? undefined : await readBaseline(options.baseline, cwd);
    if (options.exportTo === 'k6') return exportScript(options, context);
    if (options.search !== undefined && options.work.kind === 'load') {
      const { runSearch } = await import('./search/run.ts');
      const one = async (work: LoadWork): Promise<Outcome> =>
        (await runWork({ ...options, work }, context)).outcome;
      return runSearch(options.search, options.work, one, context);
    }
    const { outcome, page } = await runWork(options, context);
    const kind = options.work.kind === 'compare' ? 'compare' : 'load';
    const result = gated(outcome, { kind, assertions: options.assertions, baseline, startedAt }, clock.now());
    if (options.reportFile === undefined) return result;
    const failure = await writeReportFile(options.reportFile, await page(clock.now()), 'loadtest');
    return { ...result, failure: result.failure ?? failure };
  },
});

async function runWork(options: LoadtestOptions, context: Context): Promise<Done> {
  const { work } = options;
  switch (work.kind) {
    case 'compare': {
      const { runCompareTask } = await import('./compare/run.ts');
      const source = await scopeSource(options, context);
      if (source === undefined) throw new Error('a comparison without scopes');
      const { outcome, report } = await runCompareTask(options, work, source, context);
      return {
        outcome,
        page: async (nowMs) => (await import('./html/compare-page.ts')).renderComparePage(report, nowMs),
      };
    }
    case 'redis': {
      const { runRedisLoad } = await import('./redis/run.ts');
      const { outcome, report } = await runRedisLoad(options, work.load, work.redis, context);
      return {
        outcome,
        page: async (nowMs) => (await import('./html/load-page.ts')).renderLoadPage(report, nowMs),
      };
    }
    case 'load': {
      const { runLoadTask } = await import('./load/run.ts');
      const { targets, problems } = await allTargets(options, context);
      const concernsRedis = options.targets.scopes.length > 0 || namesRedis(context);
      const { outcome, report } = await runLoadTask(
        { options, load: work.load, targets, problems, redis: concernsRedis ? context.redis : undefined },
        context,
      );
      return {
        outcome,
        page: async (nowMs) => (await import('./html/load-page.ts')).renderLoadPage(report, nowMs),
      };
    }
  }
}

/** The script instead of a run; nothing is sent. */
async function exportScript(options: LoadtestOptions, context: Context): Promise<Outcome> {
  const [{ renderK6 }, { popularityOf }] = await Promise.all([
    import('./k6/script.ts'),
    import('./load/http-job.ts'),
  ]);
  const { targets } = await allTargets(options, context);
  const { load } = options.work as LoadWork;
  const script = renderK6({
    targets,
    model: load.model,
    popularity: popularityOf(targets, load.popularity),
    assertions: options.assertions,
    warmupMs: load.warmupMs,
  });
  return {
    exitCode: 0,
    views: { table: () => script, json: () => ({ schema: 'cachectl/loadtest/v1', kind: 'export', script }) },
  };
}

async function allTargets(
  options: LoadtestOptions,
  context: Context,
): Promise<{ readonly targets: readonly LoadTarget[]; readonly problems: readonly string[] }> {
  const { loadTargets } = await import('./targets/load-targets.ts');
  const { targets: entries, problems } = await entriesOf(options, context);
  return { targets: await loadTargets(options.targets, entries, context), problems };
}

/** Whether the command line says which Redis is meant: then its figures are wanted. */
function namesRedis({ options }: Context): boolean {
  return options.redisUrl !== undefined || options.connectionName !== undefined;
}

/** A test of bare addresses needs neither spec file nor Redis, and touches neither. */
async function entriesOf(options: LoadtestOptions, context: Context): Promise<ScopeTargets> {
  const source = await scopeSource(options, context);
  if (source === undefined) return { targets: [], problems: [] };
  const origin: OriginClient = createOriginClient({ connections: source.loaded.spec.defaults.concurrency });
  try {
    return await expandTargets(source, origin, context);
  } finally {
    await origin.close();
  }
}

/** @throws UsageError where scopes are named, and no spec file says what they are */
async function scopeSource(
  { targets, work }: LoadtestOptions,
  context: Context,
): Promise<TargetSource | undefined> {
  if (targets.scopes.length === 0) return undefined;
  const loaded = context.spec ?? (await requireSpec(context));
  if (loaded === undefined) return undefined;
  const source = {
    loaded,
    scopes: chooseScopes(loaded.spec, targets.scopes),
    limit: targets.limit,
    usualLimit: USUAL_LIMITS[work.kind],
  };
  checkScopes(source);
  // Sources of variables ask the application as well, so this comes before them.
  const { baseUrl = '' } = loaded.spec.origin ?? {};
  if (URL.canParse(baseUrl)) refuseRemote([new URL(baseUrl).host], targets.allowedHosts);
  return source;
}

/** Looks once more, for the error that says where it looked. */
function requireSpec(context: Context): Promise<LoadedSpec | undefined> {
  const { env, cwd } = context.host;
  const explicitPath = context.options.configPath ?? env['CACHECTL_CONFIG'];
  return findAndLoadSpec({ explicitPath, cwd, env, required: true });
}

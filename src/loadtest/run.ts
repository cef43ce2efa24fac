import { defineCommand } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { findAndLoadSpec } from '../config/load-file.ts';
import type { LoadedSpec } from '../config/loaded.ts';
import { createOriginClient } from '../origin/client.ts';
import type { OriginClient } from '../origin/types.ts';
import { chooseScopes } from '../warm/scopes.ts';
import { parseLoadtestOptions, type LoadtestOptions } from './options.ts';
import { refuseRemote } from './targets/remote.ts';
import { checkScopes, expandTargets, type ScopeTargets, type TargetSource } from './targets/scope-targets.ts';

/** Targets of a scope, where nothing is said: as many as a table shows well; or as a load has use for. */
const USUAL_LIMITS = { compare: 10, load: 1_000 } as const;

/** `cachectl loadtest`: what a cache is worth, and what an application holds. */
export const command = defineCommand<LoadtestOptions>({
  parse: parseLoadtestOptions,
  run: async (options, context) => {
    const { work, targets } = options;
    if (work.kind === 'compare') {
      const { runCompareTask } = await import('./compare/run.ts');
      const source = await scopeSource(options, context);
      if (source !== undefined) return runCompareTask(options, work, source, context);
      throw new Error('a comparison without scopes');
    }
    const [{ runLoadTask }, { loadTargets }] = await Promise.all([
      import('./load/run.ts'),
      import('./targets/load-targets.ts'),
    ]);
    const { targets: entries, problems } = await entriesOf(options, context);
    const concernsRedis = targets.scopes.length > 0 || namesRedis(context);
    return runLoadTask(
      {
        options,
        load: work.load,
        targets: await loadTargets(targets, entries, context),
        problems,
        redis: concernsRedis ? context.redis : undefined,
      },
      context,
    );
  },
});

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

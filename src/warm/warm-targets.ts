import type { Context } from '../cli/context.ts';
import type { CachectlError } from '../cli/errors.ts';
import { Input } from '../cli/input.ts';
import type { ScopeSpec } from '../config/spec.ts';
import { gentleClient } from '../origin/gentle.ts';
import type { RetryPolicy } from '../origin/retry.ts';
import type { OriginClient } from '../origin/types.ts';
import type { RedisClient } from '../redis/types.ts';
import type { TargetSettings } from './build-target.ts';
import type { Failure } from './failure.ts';
import { parseManner } from './manner.ts';
import { prepareFills } from './prepare-fill.ts';
import { Tally } from './tally.ts';
import type { Target } from './target.ts';
import { WarmRun } from './warm-run.ts';

/** What warming some targets of some scopes takes. */
export interface WarmTools {
  readonly client: RedisClient;
  readonly scopes: readonly ScopeSpec[];
  readonly settings: TargetSettings;
  readonly origin: OriginClient;
  readonly retry: RetryPolicy;
}

/** Fills these targets anew, each call on its own. */
export type WarmTargets = (
  targets: readonly Target[],
) => Promise<{ readonly warm: number; readonly failures: readonly Failure[] }>;

/**
 * Warm's front door for commands that fill a part of a scope themselves: everything as `warm --force` does
 * it, without its report and its locks.
 */
export async function targetWarmer(tools: WarmTools, context: Context): Promise<WarmTargets> {
  const { scopes, settings, client, retry } = tools;
  const noFlags = new Input([], new Map());
  const manner = { ...parseManner(noFlags, settings.defaults, context.host.cwd), force: true };
  const prepared = await prepareFills(scopes, settings.origin.headers, settings.specPath);
  const origin = gentleClient(tools.origin, { ...manner, ...context.host });
  // Loaded already, by the connection itself.
  const { isConnectionFailure } = await import('../redis/translate-error.ts');
  return async (targets) => {
    const tally = new Tally(
      scopes.map(({ name }) => name),
      () => context.host.clock.monotonicMs(),
    );
    const run = new WarmRun({ settings, manner, redis: client, origin, retry, prepared, tally }, context, {
      planned: targets.length,
      isFatal: (error: CachectlError) => error.code.startsWith('redis.') && isConnectionFailure(error),
      onWarm: () => undefined,
    });
    await run.execute(oneBatch(targets));
    return { warm: tally.warm, failures: [...tally.failures, ...tally.refusals] };
  };
}

async function* oneBatch(targets: readonly Target[]): AsyncGenerator<readonly Target[], void, void> {
  yield await Promise.resolve(targets);
}

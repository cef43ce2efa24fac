import type { Context } from '../cli/context.ts';
import { type CachectlError } from '../cli/errors.ts';
import type { RetryPolicy } from '../origin/retry.ts';
import type { OriginClient } from '../origin/types.ts';
import type { RedisClient } from '../redis/types.ts';
import { executeWarm } from './execute.ts';
import type { Failure } from './failure.ts';
import { fetchTarget } from './fetch-target.ts';
import { createStore } from './store.ts';
import { Tally } from './tally.ts';
import type { Target } from './target.ts';

/** What warming some targets takes. */
export interface WarmTools {
  readonly client: RedisClient;
  readonly origin: OriginClient;
  readonly retry: RetryPolicy;
  readonly concurrency: number;
}

/** Requests and stores these targets: warm's front door for commands that fill a part themselves. */
export async function warmTargets(
  targets: readonly Target[],
  tools: WarmTools,
  context: Context,
): Promise<{ readonly stored: number; readonly failures: readonly Failure[] }> {
  const scopes = [...new Set(targets.map(({ scope }) => scope))];
  const tally = new Tally(scopes, () => context.host.clock.monotonicMs());
  const store = createStore(tools.client, context.host.random);
  const { isConnectionFailure } = await import('../redis/translate-error.ts');
  await executeWarm(streamOf(targets), {
    concurrency: tools.concurrency,
    tally,
    signal: context.signal,
    isFatal: (error: CachectlError) => error.code.startsWith('redis.') && isConnectionFailure(error),
    onProgress: () => undefined,
    warm: async (target, signal) => {
      const { body } = await fetchTarget(target, tools, signal);
      await store.put(target, body);
      return body.length;
    },
  });
  return { stored: tally.stored, failures: tally.failures };
}

// eslint-disable-next-line @typescript-eslint/require-await -- executeWarm takes a stream
async function* streamOf(targets: readonly Target[]): AsyncGenerator<Target, void, void> {
  yield* targets;
}

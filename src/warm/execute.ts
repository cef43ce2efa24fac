import { CachectlError } from '../cli/errors.ts';
import type { Tally } from './tally.ts';
import type { Target } from './target.ts';

/** How targets are warmed. */
export interface ExecuteOptions {
  /** Targets under way at once. */
  readonly concurrency: number;
  /** Warms one target and gives the bytes that were stored. */
  readonly warm: (target: Target, signal: AbortSignal) => Promise<number>;
  readonly tally: Tally;
  /** Whether a failure makes all further work pointless: Redis is gone. */
  readonly isFatal: (error: CachectlError) => boolean;
  readonly onProgress: () => void;
  readonly signal: AbortSignal;
}

/**
 * Warms all targets of a stream with a fixed number of workers that pull from it, so that back-pressure
 * comes by itself. Ends early, without an error, on abort or a fatal failure: what is under way is
 * aborted and counts as not reached.
 * @returns whether the stream came to its end
 */
export async function executeWarm(
  targets: AsyncGenerator<Target>,
  options: ExecuteOptions,
): Promise<boolean> {
  const halt = new AbortController();
  const signal = AbortSignal.any([options.signal, halt.signal]);
  let finished = true;
  const work = async (): Promise<void> => {
    for (;;) {
      if (signal.aborted) {
        finished = false;
        return;
      }
      const next = await targets.next();
      if (next.done === true) return;
      if (!(await warmOne(next.value))) finished = false;
    }
  };
  const warmOne = async (target: Target): Promise<boolean> => {
    const { scope, entry, key, url } = target;
    options.tally.begin(scope);
    try {
      options.tally.store(scope, await options.warm(target, signal));
    } catch (error) {
      if (signal.aborted && error === signal.reason) return false;
      if (!(error instanceof CachectlError)) throw error;
      options.tally.fail({ scope, entry, key, url, error });
      // Not the error itself: targets that fail with it are failures, those that are cut off by it are not.
      if (options.isFatal(error)) halt.abort(new Error('the run was stopped', { cause: error }));
    }
    options.onProgress();
    return true;
  };
  try {
    await Promise.all(Array.from({ length: options.concurrency }, work));
  } catch (error) {
    // A bug: the other workers must not go on behind the report of it.
    halt.abort(error);
    throw error;
  } finally {
    await targets.return(undefined);
  }
  return finished;
}

import { setMaxListeners } from 'node:events';
import { CachectlError } from '../cli/errors.ts';
import type { KnownTarget } from './look-ahead.ts';
import type { Filled } from './result.ts';
import type { Target } from './target.ts';

/** How targets are warmed. */
export interface ExecuteOptions {
  /** Targets under way at once. */
  readonly concurrency: number;
  readonly warm: (target: KnownTarget, signal: AbortSignal) => Promise<Filled>;
  /** What it returns is waited for: whoever writes results somewhere holds the work back. */
  readonly onFilled: (target: Target, filled: Filled) => Promise<void> | undefined;
  /** `stop` where all further work is pointless, or must not be done. */
  readonly onFailure: (target: Target, error: CachectlError) => 'continue' | 'stop';
  readonly signal: AbortSignal;
}

/**
 * Warms all targets of a stream with a fixed number of workers that pull from it, so that back-pressure
 * comes by itself. Ends early, without an error, on abort or stop: what is under way is aborted and counts
 * as not reached.
 * @returns whether the stream came to its end
 */
export async function executeWarm(
  targets: AsyncGenerator<KnownTarget, void, void>,
  options: ExecuteOptions,
): Promise<boolean> {
  const halt = new AbortController();
  const signal = AbortSignal.any([options.signal, halt.signal]);
  // Requests that wait for their turn each listen: more than ten are no leak, as Node would warn.
  setMaxListeners(0, signal);
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
  const warmOne = async (known: KnownTarget): Promise<boolean> => {
    const { target } = known;
    let filled: Filled;
    try {
      filled = await options.warm(known, signal);
    } catch (error) {
      if (signal.aborted && error === signal.reason) return false;
      if (!(error instanceof CachectlError)) throw error;
      // Not the error itself: targets that fail with it are failures, those that are cut off by it are not.
      if (options.onFailure(target, error) === 'stop')
        halt.abort(new Error('the run was stopped', { cause: error }));
      return true;
    }
    const told = options.onFilled(target, filled);
    if (told !== undefined) await told;
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

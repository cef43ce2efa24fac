import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Context } from '../cli/context.ts';
import type { Pace } from '../pace/pace.ts';
import { pause } from '../redis/wait.ts';
import { formatCount } from '../units/number.ts';
import type { OpenTargets } from '../selection/scope-targets.ts';
import type { Target } from '../warm/target.ts';
import { targetWarmer } from '../warm/warm-targets.ts';
import { addDisposed, type Dispose } from './dispose.ts';
import type { ClearResult } from './execute.ts';
import type { MemorySample } from './memory-sample.ts';
import type { ClearTask } from './clear-task.ts';

/** How to clear and warm. */
export interface RewarmOptions {
  /** Keys that are cold at a time. */
  readonly chunk: number;
  /** More failures than this, and the rest is left as it was. */
  readonly maxFailures: number;
  readonly dispose: Dispose;
  readonly memory: MemorySample;
  readonly pace: Pace;
  readonly onProgress: (done: number) => void;
}

/** What was done. */
export interface RewarmResult {
  readonly result: ClearResult;
  readonly rewarmed: { readonly stored: number; readonly failed: number };
}

/** Clears a chunk of a scope's keys and warms it again before the next: never more than a chunk is cold. */
export async function rewarmInChunks(
  { bound }: ClearTask,
  options: RewarmOptions,
  context: Context,
): Promise<RewarmResult> {
  if (bound.scopes === undefined) throw new Error('a rewarm without scopes');
  const { scopes } = bound;
  const client = await context.redis();
  const warm = await targetWarmer({ ...scopes, client }, context);
  const sum = { matched: 0, stored: 0, failed: 0 };
  let disposed = { removed: 0, gone: 0, kept: 0, unconfirmed: 0 };
  let failure: CachectlError | undefined;
  const clearChunk = async (targets: readonly Target[]): Promise<void> => {
    const keys = targets.map(({ physicalKey }) => physicalKey);
    sum.matched += keys.length;
    for (const { node, indexes } of await client.nodesFor(keys)) {
      const share = indexes.flatMap((index) => keys[index] ?? []);
      const done = await options.dispose({ node, keys: share });
      disposed = addDisposed(disposed, done);
      if (done.failure !== undefined) throw done.failure;
    }
  };
  try {
    const size = (): number => options.pace.count(options.chunk);
    for await (const targets of chunks(accepted(bound, scopes), size)) {
      if (context.signal.aborted) break;
      await clearChunk(targets);
      options.pace.took(sum.matched);
      const { warm: stored, failures } = await warm(targets);
      sum.stored += stored;
      sum.failed += failures.length;
      options.onProgress(sum.stored);
      if (sum.failed > options.maxFailures) {
        failure = warmingFailed(sum.failed, options.maxFailures, failures[0]?.error);
        break;
      }
      const pauseMs = options.pace.pauseMs();
      // Between chunks, when all that was cleared is warm again.
      if (pauseMs >= 1) await pause(pauseMs, context.signal).catch(() => undefined);
    }
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    failure = error;
  }
  const { matched, stored, failed } = sum;
  const memory = options.memory.estimate(disposed.removed);
  return {
    result: { matched, ...disposed, memory, failure, lost: [], cursors: new Map() },
    rewarmed: { stored, failed },
  };
}

async function* accepted(
  { acceptsNamed }: ClearTask['bound'],
  { targets }: OpenTargets,
): AsyncGenerator<Target, void, void> {
  for await (const target of targets()) if (acceptsNamed?.(target.physicalKey) !== false) yield target;
}

/** @param size of the next chunk; asked before each */
async function* chunks<Item>(
  items: AsyncIterable<Item>,
  size: () => number,
): AsyncGenerator<readonly Item[]> {
  let chunk: Item[] = [];
  let most = size();
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < most) continue;
    yield chunk;
    chunk = [];
    most = size();
  }
  if (chunk.length > 0) yield chunk;
}

function warmingFailed(failed: number, most: number, first: CachectlError | undefined): CachectlError {
  return new CachectlError(
    `warming failed for ${formatCount(failed)} keys (${first?.message ?? 'unknown'}); the rest was left as it was`,
    {
      code: 'clear.rewarm',
      exitCode: ExitCode.partial,
      hint: `see what the origin answers, or allow more than ${most} with --max-failures`,
      cause: first,
    },
  );
}

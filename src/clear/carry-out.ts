import path from 'node:path';
import { createBackup, type BackupWriter } from '../backup/writer.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { escapeText } from '../keys/printable.ts';
import type { Felt } from '../pace/felt.ts';
import { keepPace } from '../pace/keep-pace.ts';
import type { Pace } from '../pace/pace.ts';
import { readIdentity } from '../redis/identity.ts';
import type { RedisClient } from '../redis/types.ts';
import { backingUp, removing, softening, type Dispose } from './dispose.ts';
import { executeClear, type ClearResult, type ExecuteOptions } from './execute.ts';
import { flushAll } from './flush.ts';
import { MemorySample } from './memory-sample.ts';
import type { RemovalOptions } from './options.ts';
import type { ClearReport } from './report.ts';
import { readResumeFile, removeResumeFile, writeResumeFile } from './resume-file.ts';
import { rewarmInChunks } from './rewarm.ts';
import type { ClearTask } from './clear-task.ts';
import { canSweep, sweepClear } from './sweep.ts';

/** Clears what was confirmed, in the manner that was asked for, and reports it. */
export async function carryOut(
  task: ClearTask,
  options: RemovalOptions,
  client: RedisClient,
  context: Context,
): Promise<Extract<ClearReport, { readonly kind: 'result' }>> {
  const { host, signal } = context;
  const { how } = options;
  const writer = await openBackup(options, task, client, context);
  const startedAt = host.clock.monotonicMs();
  const progress = context.progress({ label: 'clearing', unit: 'keys' });
  const memory = new MemorySample();
  const dispose = disposeFor(options, memory, writer);
  const kept = keepPace(client, options.pace, () => host.clock.monotonicMs());
  const { pace } = kept;
  let rewarmed: { readonly stored: number; readonly failed: number } | undefined;
  let result: ClearResult;
  let felt: Felt | undefined;
  try {
    switch (how.kind) {
      case 'flush':
        result = await flushAll(client);
        break;
      case 'rewarm': {
        const done = await rewarmInChunks(
          task,
          { ...how, dispose, memory, pace, onProgress: progress.update },
          context,
        );
        ({ rewarmed } = done);
        result = done.result;
        break;
      }
      case 'remove':
      case 'soft':
        result = await executeFrom(task, options, client, context, (from) => ({
          dispose,
          memory,
          from,
          maxKeys: options.maxKeys,
          ...(writer === undefined ? {} : { inFlight: 1 }),
          pace,
          signal,
          onProgress: progress.update,
        }));
    }
  } finally {
    felt = kept.stop();
    progress.stop();
  }
  result = await finishBackup(writer, result);
  return {
    kind: 'result',
    command: task.command,
    target: client.target,
    selection: task.described,
    layout: context.layout,
    how,
    result,
    backedUp: writer?.keys(),
    rewarmed,
    felt,
    elapsedMs: host.clock.monotonicMs() - startedAt,
    interrupted: signal.aborted,
  };
}

/** A backup without its end is whole as far as it goes, but says nothing of what may be missing: that is told. */
async function finishBackup(writer: BackupWriter | undefined, result: ClearResult): Promise<ClearResult> {
  try {
    await writer?.finish();
    return result;
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    return { ...result, failure: result.failure ?? error };
  }
}

function disposeFor(
  options: RemovalOptions,
  memory: MemorySample,
  writer: BackupWriter | undefined,
): Dispose {
  const { how } = options;
  const dispose = how.kind === 'soft' ? softening(how.windowMs) : removing(memory);
  return writer === undefined ? dispose : backingUp(writer, dispose);
}

async function openBackup(
  { backup }: RemovalOptions,
  task: ClearTask,
  client: RedisClient,
  { host }: Context,
): Promise<BackupWriter | undefined> {
  if (backup === undefined) return undefined;
  return createBackup(path.resolve(host.cwd, backup), {
    createdAtMs: host.clock.now(),
    location: client.target.location,
    selection: task.described,
  });
}

/** Goes on from a saved place where there is one, and saves it where the work is broken off. */
async function executeFrom(
  task: ClearTask,
  options: RemovalOptions,
  client: RedisClient,
  context: Context,
  optionsFrom: (from: ReadonlyMap<string, string> | undefined) => ExecuteOptions & { readonly pace: Pace },
): Promise<ClearResult> {
  const { sweep } = client;
  if (sweep !== undefined && canSweep(task.bound, options)) {
    return sweepClear({ ...client, sweep }, task.bound, optionsFrom(undefined));
  }
  if (options.resume === undefined) return executeClear(client, task.bound, optionsFrom(undefined));
  const file = path.resolve(context.host.cwd, options.resume);
  const point = { identity: await readIdentity(client), selection: task.resumable ?? task.described };
  const resume = await readResumeFile(file, point);
  if (resume.kind === 'start-over')
    context.messages.note(`the saved place means nothing any more (${resume.because}): starting over`);
  const from = resume.kind === 'continue' ? resume.cursors : undefined;
  const result = await executeClear(client, task.bound, optionsFrom(from ?? new Map<string, string>()));
  if (context.signal.aborted || result.failure !== undefined) {
    try {
      await writeResumeFile(file, { ...point, cursors: result.cursors });
      context.messages.note(`the place is saved in ${options.resume}; the same line goes on from there`);
    } catch (error) {
      // What was removed has to be reported all the same.
      const cause = fileCause(error, 'write');
      context.messages.warn(`the place could not be saved in ${escapeText(options.resume)}: ${cause}`);
    }
  } else await removeResumeFile(file);
  return result;
}

import { setTimeout } from 'node:timers/promises';

/** Waits that end: by a time limit, by an abort, or by what was waited for. */

/** An error as the network gives it, so that one place translates both. */
export class NoReplyError extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('no reply in time');
  }
}

/**
 * Sets a limit. A process that did not get the processor for a while finds its timers due before it has looked at what
 * has come meanwhile: so it looks once before it gives anything up.
 */
function timeLimit(ms: number, giveUp: () => void): NodeJS.Timeout {
  return globalThis.setTimeout(() => void setImmediate(giveUp), ms);
}

/**
 * The result of some work, unless it takes longer than `ms` milliseconds or the signal is aborted first.
 * The work itself is not stopped: whoever calls closes what it depends on.
 * @throws NoReplyError when the time is up; the signal's reason when it is aborted
 */
export async function within<Result>(
  work: Promise<Result>,
  ms: number,
  signal?: AbortSignal,
): Promise<Result> {
  // It is under way already, whatever becomes of the wait: where nobody waits for it, nobody is left to hear it fail.
  work.catch(() => undefined);
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    timer = timeLimit(ms, () => reject(new NoReplyError()));
    onAbort = () => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
}

/**
 * The result of a request that is under way, which an abort does not cut off: it gets `graceMs` more, so
 * that what was done is known and can be reported.
 * @throws NoReplyError when the time is up
 */
export async function withinGrace<Result>(
  work: Promise<Result>,
  ms: number,
  graceMs: number,
  signal: AbortSignal,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let graceTimer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  // One promise and no race: every batch of a bulk run waits here.
  const limited = new Promise<Result>((resolve, reject) => {
    const giveUp = (): void => reject(new NoReplyError());
    timer = timeLimit(ms, giveUp);
    onAbort = () => void (graceTimer = timeLimit(graceMs, giveUp));
    work.then(resolve, reject);
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await limited;
  } finally {
    clearTimeout(timer);
    clearTimeout(graceTimer);
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * A pause.
 * @throws the signal's reason as soon as it is aborted
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}

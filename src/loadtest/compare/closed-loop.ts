import { CachectlError } from '../../cli/errors.ts';
import type { Clock } from '../../host.ts';
import type { ClosedModel } from '../engine/model.ts';
import { PhaseRecorder, type Answer, type PhaseFigures } from './phase.ts';

/** One kind of request, sent again and again. A load model decides when, and takes the time. */
export interface Operation {
  /** Before each request, not timed. @throws CachectlError, which then counts as the request's failure */
  readonly prepare?: () => Promise<void>;
  /** @throws CachectlError, counted under its code */
  readonly send: (signal: AbortSignal) => Promise<Answer>;
}

/** How many requests of a phase are under way at once, and when it ends. */
export type ClosedLoad = Pick<ClosedModel, 'connections' | 'until'>;

/** What a phase needs from outside. */
export interface PhaseTools {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called after each request, good or bad. */
  readonly onAnswer: () => void;
  /** Called for each request that failed without an answer to count. */
  readonly onFailure: (error: CachectlError) => void;
}

/**
 * Where so many requests failed and none was ever answered, whatever the status, the rest of the phase
 * would only wait: fifty requests to an origin that never answers take minutes.
 */
export const GIVE_UP_AFTER = 10;

/** Sends requests until the end of the phase or the signal; never throws for requests that fail. */
export async function runClosedLoop(
  operation: Operation,
  load: ClosedLoad,
  tools: PhaseTools,
): Promise<PhaseFigures> {
  const { clock, signal } = tools;
  const recorder = new PhaseRecorder();
  const startedAt = clock.monotonicMs();
  let started = 0;
  let answered = false;
  let thrown = 0;
  const gaveUp = (): boolean => !answered && thrown >= GIVE_UP_AFTER;
  const mayStart = (): boolean => {
    if (signal.aborted || gaveUp()) return false;
    return load.until.kind === 'requests'
      ? started < load.until.count
      : clock.monotonicMs() - startedAt < load.until.ms;
  };

  const oneRequest = async (): Promise<void> => {
    let sentAt = clock.monotonicMs();
    let answer: Answer;
    try {
      await operation.prepare?.();
      sentAt = clock.monotonicMs();
      answer = await operation.send(signal);
      answered = true;
    } catch (error) {
      if (signal.aborted) {
        recorder.recordUnfinished();
        return;
      }
      if (!(error instanceof CachectlError)) throw error;
      thrown++;
      tools.onFailure(error);
      answer = { kind: 'bad', cause: error.code };
    }
    recorder.record(answer, clock.monotonicMs() - sentAt);
    tools.onAnswer();
  };
  const connection = async (): Promise<void> => {
    while (mayStart()) {
      started++;
      await oneRequest();
    }
  };

  // Settled, not all: whoever called puts the entry back, which must not happen beside a late UNLINK.
  const ends = await Promise.allSettled(Array.from({ length: load.connections }, connection));
  const bug = ends.find((end) => end.status === 'rejected');
  if (bug !== undefined) throw bug.reason;
  return recorder.figures(clock.monotonicMs() - startedAt, gaveUp());
}

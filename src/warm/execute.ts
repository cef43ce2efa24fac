import { setMaxListeners } from 'node:events';
import { CachectlError } from '../cli/errors.ts';
import type { Known, KnownTargets } from './look-ahead.ts';
import type { Filled } from './result.ts';
import type { Target } from './target.ts';

/** Who is told how it goes on with one target: no promise, because there are many thousands of them a second. */
export interface Told {
  /** The origin is not needed any more: the next target is asked for, while this one is written. */
  readonly onAnswered: () => void;
  /** It ends with one of these; at once, where nothing has to be waited for. */
  readonly onFilled: (filled: Filled) => void;
  readonly onFailed: (error: unknown) => void;
}

/** Warms one target. */
export type WarmOne = (target: Target, known: Known | undefined, signal: AbortSignal, told: Told) => void;

/** How targets are warmed. */
export interface ExecuteOptions {
  /** Targets that are asked for at once. */
  readonly concurrency: number;
  readonly warm: WarmOne;
  /** What it returns is waited for: whoever writes results somewhere holds the work back. */
  readonly onFilled: (target: Target, filled: Filled) => Promise<void> | undefined;
  /** `stop` where all further work is pointless, or must not be done. */
  readonly onFailure: (target: Target, error: CachectlError) => 'continue' | 'stop';
  readonly signal: AbortSignal;
}

/**
 * Warms all targets of a stream, so many at once; the next batch is asked for as soon as one is begun, so
 * that there is always one. Ends early, without an error, on abort or stop: what is under way is aborted and
 * counts as not reached.
 * @returns whether the stream came to its end
 */
export async function executeWarm(
  batches: AsyncGenerator<KnownTargets, void, void>,
  options: ExecuteOptions,
): Promise<boolean> {
  try {
    return await new Promise<boolean>((resolve, reject) => {
      new Execution(batches, options, { resolve, reject }).start();
    });
  } finally {
    await batches.return(undefined);
  }
}

/**
 * Targets that may be under way where so many are asked for at once: the others are being written. Enough that
 * the origin has always work while Redis has, and few enough that their answers take no memory to speak of.
 * One at a time is one at a time.
 */
function mostUnderWay(concurrency: number): number {
  return concurrency + 2 * (concurrency - 1);
}

/** One target's place; used again and again, because there are many thousands of targets a second. */
interface Slot extends Told {
  target: Target | undefined;
  isAsking: boolean;
}

interface End {
  readonly resolve: (finished: boolean) => void;
  readonly reject: (error: Error) => void;
}

class Execution {
  readonly #batches: AsyncGenerator<KnownTargets, void, void>;
  readonly #options: ExecuteOptions;
  readonly #end: End;
  readonly #halt = new AbortController();
  readonly #signal: AbortSignal;
  readonly #free: Slot[] = [];
  #batch: KnownTargets = { targets: [], known: undefined };
  #at = 0;
  #next: KnownTargets | undefined;
  /** The stream: whether it is being asked, and whether it has ended. */
  #isAsking = false;
  #isOver = false;
  #underWay = 0;
  #asking = 0;
  #isStarting = false;
  #isAborted = false;

  constructor(batches: AsyncGenerator<KnownTargets, void, void>, options: ExecuteOptions, end: End) {
    this.#batches = batches;
    this.#options = options;
    this.#end = end;
    this.#signal = AbortSignal.any([options.signal, this.#halt.signal]);
    // Requests that wait for their turn each listen: more than ten are no leak, as Node would warn.
    setMaxListeners(0, this.#signal);
    for (let i = mostUnderWay(options.concurrency); i > 0; i--) this.#free.push(this.#slot());
  }

  start(): void {
    const onAbort = (): void => {
      this.#isAborted = true;
      this.#goOn();
    };
    if (this.#signal.aborted) onAbort();
    this.#signal.addEventListener('abort', onAbort, { once: true });
    this.#goOn();
  }

  /** Begins as many targets as may be under way, and ends where there is nothing more to be done. */
  #goOn(): void {
    // Targets that need no waiting end while they begin: the loop goes on with the next one by itself.
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (!this.#isAborted && this.#hasRoom() && this.#hasNext()) {
      const target = this.#batch.targets[this.#at];
      const known = this.#batch.known?.[this.#at];
      this.#at++;
      if (target !== undefined) this.#begin(target, known);
    }
    this.#isStarting = false;
    if (this.#underWay > 0) return;
    if (this.#isAborted) this.#end.resolve(false);
    else if (this.#isOver && this.#next === undefined && this.#at >= this.#batch.targets.length) {
      this.#end.resolve(true);
    }
  }

  #hasRoom(): boolean {
    return this.#asking < this.#options.concurrency && this.#free.length > 0;
  }

  #hasNext(): boolean {
    if (this.#at < this.#batch.targets.length) return true;
    if (this.#next !== undefined) {
      this.#batch = this.#next;
      this.#at = 0;
      this.#next = undefined;
    }
    this.#askForNext();
    return this.#at < this.#batch.targets.length;
  }

  #askForNext(): void {
    if (this.#isAsking || this.#isOver || this.#next !== undefined) return;
    this.#isAsking = true;
    this.#batches.next().then(({ done, value }) => {
      this.#isAsking = false;
      if (done === true) this.#isOver = true;
      else this.#next = value;
      this.#goOn();
    }, this.#break);
  }

  #begin(target: Target, known: Known | undefined): void {
    const slot = this.#free.pop();
    if (slot === undefined) return;
    slot.target = target;
    slot.isAsking = true;
    this.#asking++;
    this.#underWay++;
    try {
      this.#options.warm(target, known, this.#signal, slot);
    } catch (error) {
      this.#break(error);
    }
  }

  #slot(): Slot {
    const slot: Slot = {
      target: undefined,
      isAsking: false,
      onAnswered: () => {
        this.#answered(slot);
        this.#goOn();
      },
      onFilled: (filled) => {
        try {
          const told = slot.target && this.#options.onFilled(slot.target, filled);
          if (told === undefined) this.#release(slot);
          else told.then(() => this.#release(slot), this.#break);
        } catch (error) {
          this.#break(error);
        }
      },
      onFailed: (error) => {
        try {
          if (slot.target !== undefined) this.#fail(slot.target, error);
          this.#release(slot);
        } catch (bug) {
          this.#break(bug);
        }
      },
    };
    return slot;
  }

  /** @throws what is no failure of a target */
  #fail(target: Target, error: unknown): void {
    if (this.#isAborted && error === this.#signal.reason) return;
    if (!(error instanceof CachectlError)) throw error;
    // Not the error itself: targets that fail with it are failures, those that are cut off by it are not.
    if (this.#options.onFailure(target, error) === 'stop') {
      this.#halt.abort(new Error('the run was stopped', { cause: error }));
    }
  }

  #answered(slot: Slot): void {
    if (!slot.isAsking) return;
    slot.isAsking = false;
    this.#asking--;
  }

  #release(slot: Slot): void {
    this.#answered(slot);
    slot.target = undefined;
    this.#free.push(slot);
    this.#underWay--;
    this.#goOn();
  }

  /** A bug: what is under way must not go on behind the report of it. */
  readonly #break = (error: unknown): void => {
    this.#end.reject(error instanceof Error ? error : new Error(String(error)));
    this.#halt.abort(error);
  };
}

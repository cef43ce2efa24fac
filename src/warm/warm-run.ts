import type { Context } from '../cli/context.ts';
import type { CachectlError } from '../cli/errors.ts';
import { escapeText } from '../keys/printable.ts';
import { addTags } from '../tags/add-tags.ts';
import { tagSet } from '../tags/tag-sets.ts';
import { TagWriter } from '../tags/tag-writer.ts';
import { isRetryable } from '../origin/retry.ts';
import { BatchClient, type KeyedCommand } from '../redis/batch-sender.ts';
import { renderJson } from '../terminal/json.ts';
import { formatCount } from '../units/number.ts';
import { entryPlace } from './build-target.ts';
import { StatusFailure } from './check-answer.ts';
import { executeWarm, type WarmOne } from './execute.ts';
import { fillTarget, type FillTools } from './fill-target.ts';
import { lookAhead, needOf, type KnownTargets } from './look-ahead.ts';
import type { Filled } from './result.ts';
import { isTooMany } from './stop-rule.ts';
import type { Target } from './target.ts';
import { failedRecord, filledRecord, type TargetRecord } from './target-record.ts';
import { touchTarget, type PendingTouch, type TouchTools } from './touch-target.ts';
import { verifyPatterns } from './verify-patterns.ts';
import type { WarmWork } from './warm-scopes.ts';
import { createWriter, type EntryWriter } from './write-batch.ts';

/** Touched targets that are verified in one walk over the keys; more would only be kept in memory. */
const VERIFIED_TOGETHER = 5_000;
/** Failures that get a second chance; a broken deploy has more, and none would help it. */
const MOST_SECOND_CHANCES = 10_000;

/** How a run ended. */
export interface RunEnd {
  /** Whether every target was reached. */
  readonly finished: boolean;
  readonly stoppedByRule: boolean;
  /** Redis went away in the middle: how that was noticed first. */
  readonly redisLost: CachectlError | undefined;
  /** Where every target was asked for. */
  readonly records: readonly TargetRecord[] | undefined;
}

/** Who follows a run. */
export interface RunObserver {
  /** All targets, where they were counted. */
  readonly planned: number | undefined;
  /** Whether a failure makes all further work pointless: Redis is gone. */
  readonly isFatal: (error: CachectlError) => boolean;
  readonly onWarm: (target: Target) => void;
}

/** What a run works with: all of a plan but its targets. */
export type RunWork = Pick<
  WarmWork,
  'settings' | 'manner' | 'redis' | 'origin' | 'retry' | 'prepared' | 'tally'
>;

/** One run over the targets of a plan: the first pass, what is verified afterwards, and the second chances. */
export class WarmRun {
  readonly #work: RunWork;
  readonly #context: Context;
  readonly #observer: RunObserver;
  readonly #redis: BatchClient;
  readonly #writer: EntryWriter;
  #tagWriter: TagWriter | undefined;
  readonly #again: { readonly target: Target; readonly error: CachectlError }[] = [];
  #pending: PendingTouch[] = [];
  readonly #records: TargetRecord[] | undefined;
  readonly #warned = new Set<string>();
  #stoppedByRule = false;
  #redisLost: CachectlError | undefined;

  constructor(work: RunWork, context: Context, observer: RunObserver) {
    this.#work = work;
    this.#context = context;
    this.#observer = observer;
    this.#records = work.manner.everyTarget ? [] : undefined;
    this.#redis = new BatchClient(work.redis);
    this.#writer = createWriter(this.#redis, (error) =>
      context.messages.warn(
        `nothing can be kept beside the entries, so that the next run asks for all of them anew: ${error.message}`,
      ),
    );
  }

  /** Warms all targets, and gives how that ended. Counts everything in the tally. */
  async execute(batches: AsyncGenerator<readonly Target[], void, void>): Promise<RunEnd> {
    const { manner, prepared, tally } = this.#work;
    this.#tagWriter ??= await this.#openTagWriter();
    const progress = this.#context.progress({
      label: 'warming',
      unit: 'targets',
      total: this.#observer.planned,
    });
    const show = (): void => {
      const failed = this.#failed();
      const detail = failed === 0 ? undefined : `${formatCount(failed)} failed`;
      progress.update(tally.done + this.#again.length, detail);
    };
    const known = lookAhead(batches, {
      redis: this.#redis,
      need: (entry) => needOf(prepared.get(entry), manner.onlyMissing, manner.force),
    });
    let finished: boolean;
    try {
      finished = await this.#pass(known, true, show);
      const again = this.#again.splice(0);
      if (finished && tally.warm > 0 && !this.#context.signal.aborted) {
        tally.secondChances += again.length;
        finished = await this.#pass(oneBatch(again.map(({ target }) => target)), false, show);
      } else {
        // Where nothing got through at all, asking once more would only hammer.
        for (const { target, error } of again) this.#fail(target, error);
      }
    } finally {
      this.#redis.close();
      progress.stop();
    }
    return {
      finished,
      stoppedByRule: this.#stoppedByRule,
      redisLost: this.#redisLost,
      records: this.#records,
    };
  }

  /** Only where an entry has tags: the server is asked how it takes them. */
  async #openTagWriter(): Promise<TagWriter | undefined> {
    const { prepared, redis } = this.#work;
    const isTagged = [...prepared.keys()].some(({ tags }) => tags.length > 0);
    return isTagged ? TagWriter.open(redis, () => this.#context.host.clock.now()) : undefined;
  }

  #tagCommands({ tags, physicalKey }: Target, ttlMs: number): readonly KeyedCommand[] {
    if (tags.length === 0) return [];
    const sets = [...new Set(tags)].map((tag) =>
      tagSet(Buffer.from(tag, 'utf8'), this.#work.settings.layout),
    );
    return this.#tagWriter?.commands(sets, physicalKey, ttlMs) ?? [];
  }

  /** What the application stored itself gets its tags once it is there: the exact keys that are expected. */
  async #tag(target: Target, filled: Filled): Promise<Filled> {
    const writer = this.#tagWriter;
    if (writer === undefined || target.tags.length === 0) return filled;
    const { redis, settings } = this.#work;
    for (const { places, isPattern } of target.expectKeys ?? []) {
      if (!isPattern) await addTags(redis, places, target.tags, { layout: settings.layout, writer });
    }
    return filled;
  }

  async #pass(
    batches: AsyncGenerator<KnownTargets, void, void>,
    first: boolean,
    show: () => void,
  ): Promise<boolean> {
    const finished = await executeWarm(batches, {
      concurrency: this.#work.manner.concurrency,
      signal: this.#context.signal,
      warm: this.#warmer(first),
      onFilled: (target, filled) => {
        const told = this.#filled(target, filled);
        show();
        return told;
      },
      onFailure: (target, error) => {
        const verdict = this.#failure(target, error, first);
        show();
        return verdict;
      },
    });
    await this.#verifyPending();
    return finished;
  }

  /** What warms one target: on the first pass with all retries, on the second with none. */
  #warmer(first: boolean): WarmOne {
    const { prepared, tally, manner, origin, settings } = this.#work;
    const { random, clock } = this.#context.host;
    const retry = first ? this.#work.retry : { ...this.#work.retry, retries: 0 };
    const { headersTimeoutMs: headersMs, bodyTimeoutMs: bodyMs } = settings.defaults;
    const asking = { origin, retry, timeouts: { headersMs, bodyMs } };
    const filling: FillTools = {
      ...asking,
      writer: this.#writer,
      random,
      now: () => clock.now(),
      ...(this.#tagWriter !== undefined && { also: (target, ttlMs) => this.#tagCommands(target, ttlMs) }),
      onVary: (varied, names) => this.#warnOfVary(varied, names),
    };
    const touching: TouchTools = {
      ...asking,
      redis: this.#redis,
      certify: manner.certify,
      verifyLater: (pending) => void this.#pending.push(pending),
    };
    return (target, known, signal, told) => {
      const fill = prepared.get(target.entry);
      if (fill === undefined) throw new Error('an entry was not prepared');
      tally.begin(target.scope);
      if (known?.exists === true && isFresh(known.lifeMs, fill.fill.freshForMs, manner.onlyMissing)) {
        told.onFilled({ kind: 'fresh' });
      } else if (fill.fill.mode === 'touch') {
        touchTarget(target, fill, touching, signal, told.onAnswered)
          .then((filled) => this.#tag(target, filled))
          .then(told.onFilled, told.onFailed);
      } else fillTarget(target, fill, known, filling, signal, told);
    };
  }

  #filled(target: Target, filled: Filled): Promise<void> | undefined {
    // Neither touched nor failed, until its keys were looked for.
    if (filled.kind === 'touched' && filled.proof === 'pending') {
      return this.#pending.length >= VERIFIED_TOGETHER ? this.#verifyPending() : undefined;
    }
    this.#work.tally.fill(target, filled);
    this.#observer.onWarm(target);
    return this.#wantsRecords() ? this.#record(filledRecord(target, filled)) : undefined;
  }

  #failure(target: Target, error: CachectlError, mayComeAgain: boolean): 'continue' | 'stop' {
    const fatal = this.#observer.isFatal(error);
    if (fatal) this.#redisLost ??= error;
    const comesAgain =
      !fatal &&
      mayComeAgain &&
      this.#work.retry.retries > 0 &&
      this.#again.length < MOST_SECOND_CHANCES &&
      mayPass(error);
    if (comesAgain) this.#again.push({ target, error });
    else this.#fail(target, error);
    if (!this.#stoppedByRule) this.#stoppedByRule = this.#hasTooManyFailures();
    return fatal || this.#stoppedByRule ? 'stop' : 'continue';
  }

  #hasTooManyFailures(): boolean {
    const done = this.#work.tally.done + this.#again.length;
    return isTooMany(this.#work.manner.stopRule, this.#failed(), done, this.#observer.planned);
  }

  #failed(): number {
    return this.#work.tally.failed + this.#again.length;
  }

  #fail(target: Target, error: CachectlError): void {
    const { scope, entry, key, url } = target;
    this.#work.tally.fail({ scope, entry, key, url, error });
    if (this.#wantsRecords()) void this.#record(failedRecord(target, error));
  }

  async #verifyPending(): Promise<void> {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    await verifyPatterns(pending, this.#work.redis, this.#context.signal, (touch, error) => {
      if (error === undefined) {
        const { target, requestMs } = touch;
        void this.#filled(target, { kind: 'touched', requestMs, proof: 'verified' });
      } else this.#fail(touch.target, error);
    });
  }

  #wantsRecords(): boolean {
    return this.#records !== undefined || this.#context.options.format === 'ndjson';
  }

  #record(record: TargetRecord): Promise<void> | undefined {
    this.#records?.push(record);
    if (this.#context.options.format !== 'ndjson') return undefined;
    return this.#context.out.write(`${renderJson({ type: 'target', ...record })}\n`);
  }

  /** Visitors with other headers get other answers, and all of them this one entry. Said once for each entry. */
  #warnOfVary(target: Target, names: readonly string[]): void {
    for (const name of names) {
      const once = `${target.entry.at.pointer} ${name}`;
      if (this.#warned.has(once)) continue;
      this.#warned.add(once);
      this.#context.messages.warn(
        `${entryPlace(this.#work.settings.specPath, target.entry)}: the answer varies with the header ${escapeText(name)}, which the entry does not set`,
      );
    }
  }
}

function isFresh(lifeMs: number | undefined, freshForMs: number | undefined, onlyMissing: boolean): boolean {
  return onlyMissing || (freshForMs !== undefined && lifeMs !== undefined && lifeMs > freshForMs);
}

/** Whether the same request may well succeed at the end of the run. */
function mayPass(error: CachectlError): boolean {
  if (error instanceof StatusFailure) {
    return isRetryable({ kind: 'response', response: { status: error.status, headers: {} } });
  }
  return isRetryable({ kind: 'error', error });
}

async function* oneBatch(targets: readonly Target[]): AsyncGenerator<KnownTargets, void, void> {
  yield await Promise.resolve({ targets, known: undefined });
}

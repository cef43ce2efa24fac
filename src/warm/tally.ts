import { ExitCode } from '../cli/exit-code.ts';
import { Histogram } from '../histogram/histogram.ts';
import { isOriginUnreachable } from '../origin/translate-error.ts';
import type { Failure } from './failure.ts';
import { RefusedAnswer, type Filled } from './result.ts';
import type { ScopeSurvey } from './survey.ts';
import type { ScopeResult, SlowTarget } from './report.ts';
import type { Target } from './target.ts';

/** Failures beyond this are counted, and their details dropped: a broken deploy must not fill the memory. */
const MOST_FAILURES_KEPT = 10_000;
const SLOWEST_KEPT = 5;

interface ScopeCount {
  stored: number;
  revalidated: number;
  fresh: number;
  touched: number;
  verified: number;
  refused: number;
  failed: number;
  merged: number;
  bytes: number;
  /** Failures that came before there was a target: the survey does not count them. */
  withoutTarget: number;
  startedAt: number | undefined;
  /** The last target that came to an end, where one did. */
  endedAt: number | undefined;
  readonly latencies: Histogram;
}

/** Counts what a run does, scope by scope, while it does it. */
export class Tally {
  readonly failures: Failure[] = [];
  /** Answers that are meant for one visitor. */
  readonly refusals: Failure[] = [];
  failed = 0;
  refused = 0;
  /** Targets that are warm now: stored, revalidated, fresh or touched. */
  warm = 0;
  retries = 0;
  /** Targets that were asked once more at the end. */
  secondChances = 0;
  /** Of the failures, those where the origin or Redis could not be reached. */
  unreachable = 0;
  /** Of the failures, those where Redis refused. */
  denied = 0;
  readonly #slowest: SlowTarget[] = [];
  readonly #scopes: ReadonlyMap<string, ScopeCount>;
  readonly #now: () => number;

  /** @param monotonicMs the clock */
  constructor(scopes: readonly string[], monotonicMs: () => number) {
    this.#now = monotonicMs;
    this.#scopes = new Map(
      scopes.map((name): [string, ScopeCount] => [
        name,
        {
          stored: 0,
          revalidated: 0,
          fresh: 0,
          touched: 0,
          verified: 0,
          refused: 0,
          failed: 0,
          merged: 0,
          bytes: 0,
          withoutTarget: 0,
          startedAt: undefined,
          endedAt: undefined,
          latencies: new Histogram(),
        },
      ]),
    );
  }

  /** Targets that have come to an end, whatever it was. */
  get done(): number {
    return this.warm + this.failed + this.refused;
  }

  /** Of the targets that took the longest to be answered, the slowest first. */
  get slowest(): readonly SlowTarget[] {
    return this.#slowest;
  }

  /** Work on a target of this scope begins. */
  begin(scope: string): void {
    const count = this.#scopes.get(scope);
    if (count !== undefined) count.startedAt ??= this.#now();
  }

  fill(target: Target, filled: Filled): void {
    this.warm++;
    const count = this.#end(target.scope);
    if (count === undefined) return;
    count[filled.kind]++;
    if (filled.kind === 'fresh') return;
    if (filled.kind === 'stored') count.bytes += filled.bytes;
    if (filled.kind === 'touched' && filled.proof === 'verified') count.verified++;
    count.latencies.record(filled.requestMs);
    this.#noteSlow(target, filled.requestMs);
  }

  /** Counts a failure, or a refusal where it is one. */
  fail(failure: Failure): void {
    const { error } = failure;
    const count = this.#end(failure.scope);
    if (count !== undefined && failure.key === undefined) count.withoutTarget++;
    if (error instanceof RefusedAnswer) {
      this.refused++;
      if (count !== undefined) count.refused++;
      if (this.refusals.length < MOST_FAILURES_KEPT) this.refusals.push(failure);
      return;
    }
    this.failed++;
    const { code, exitCode } = error;
    const ofRedis = code.startsWith('redis.');
    if (isOriginUnreachable(code) || (ofRedis && exitCode === ExitCode.unreachable)) this.unreachable++;
    if (ofRedis && exitCode === ExitCode.refused) this.denied++;
    if (count !== undefined) count.failed++;
    if (this.failures.length < MOST_FAILURES_KEPT) this.failures.push(failure);
  }

  merge(scope: string): void {
    const count = this.#scopes.get(scope);
    if (count !== undefined) count.merged++;
  }

  /**
   * The scopes' results.
   * @param survey what was planned, where all of it was counted
   * @param finished whether every target was reached: then nothing is left, whatever was planned
   */
  results(survey: readonly ScopeSurvey[] | undefined, finished: boolean): readonly ScopeResult[] {
    return Array.from(this.#scopes, ([scope, count]): ScopeResult => {
      const { startedAt, endedAt, latencies, withoutTarget: _, ...counts } = count;
      const planned = survey?.find((candidate) => candidate.scope === scope);
      return {
        scope,
        ...counts,
        notReached: finished ? 0 : notReached(planned, count),
        medianMs: latencies.percentile(50),
        p95Ms: latencies.percentile(95),
        // Where a run is interrupted before the first answer, nothing has ended yet.
        elapsedMs: startedAt === undefined ? 0 : (endedAt ?? this.#now()) - startedAt,
      };
    });
  }

  #noteSlow(target: Target, requestMs: number): void {
    const last = this.#slowest.at(-1);
    if (this.#slowest.length === SLOWEST_KEPT && last !== undefined && requestMs <= last.requestMs) return;
    const { scope, key, url } = target;
    this.#slowest.push({ scope, key, url, requestMs });
    this.#slowest.sort((a, b) => b.requestMs - a.requestMs);
    if (this.#slowest.length > SLOWEST_KEPT) this.#slowest.pop();
  }

  #end(scope: string): ScopeCount | undefined {
    const count = this.#scopes.get(scope);
    if (count === undefined) return undefined;
    const now = this.#now();
    count.endedAt = now;
    count.startedAt ??= now;
    return count;
  }
}

function notReached(planned: ScopeSurvey | undefined, count: ScopeCount): number | undefined {
  if (planned === undefined) return undefined;
  const warm = count.stored + count.revalidated + count.fresh + count.touched;
  const failed = count.failed + count.refused - count.withoutTarget;
  return Math.max(0, planned.targets - warm - failed);
}

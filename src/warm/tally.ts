import { ExitCode } from '../cli/exit-code.ts';
import { isOriginUnreachable } from '../origin/translate-error.ts';
import type { Failure } from './failure.ts';
import type { ScopeSurvey } from './survey.ts';
import type { ScopeResult } from './report.ts';

/** Failures beyond this are counted, and their details dropped: a broken deploy must not fill the memory. */
const MOST_FAILURES_KEPT = 10_000;

interface ScopeCount {
  stored: number;
  failed: number;
  merged: number;
  bytes: number;
  startedAt: number | undefined;
  endedAt: number;
}

/** Counts what a run does, scope by scope, while it does it. */
export class Tally {
  readonly failures: Failure[] = [];
  failed = 0;
  stored = 0;
  retries = 0;
  /** Of the failures, those where the origin or Redis could not be reached. */
  unreachable = 0;
  /** Of the failures, those where Redis refused. */
  refused = 0;
  readonly #scopes: ReadonlyMap<string, ScopeCount>;
  readonly #now: () => number;

  /** @param monotonicMs the clock */
  constructor(scopes: readonly string[], monotonicMs: () => number) {
    this.#now = monotonicMs;
    this.#scopes = new Map(
      scopes.map((name) => [
        name,
        { stored: 0, failed: 0, merged: 0, bytes: 0, startedAt: undefined, endedAt: 0 },
      ]),
    );
  }

  /** Work on a target of this scope begins. */
  begin(scope: string): void {
    const count = this.#scopes.get(scope);
    if (count !== undefined) count.startedAt ??= this.#now();
  }

  store(scope: string, bytes: number): void {
    this.stored++;
    const count = this.#end(scope);
    if (count === undefined) return;
    count.stored++;
    count.bytes += bytes;
  }

  fail(failure: Failure): void {
    this.failed++;
    const { code } = failure.error;
    if (
      isOriginUnreachable(code) ||
      (code.startsWith('redis.') && failure.error.exitCode === ExitCode.unreachable)
    )
      this.unreachable++;
    if (code.startsWith('redis.') && failure.error.exitCode === ExitCode.refused) this.refused++;
    const count = this.#end(failure.scope);
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
    return Array.from(this.#scopes, ([scope, count]) => {
      const planned = survey?.find((candidate) => candidate.scope === scope);
      return {
        scope,
        stored: count.stored,
        failed: count.failed,
        merged: count.merged,
        notReached: finished ? 0 : notReached(planned, count, this.#failedBeforeTarget(scope)),
        bytes: count.bytes,
        elapsedMs: count.startedAt === undefined ? 0 : count.endedAt - count.startedAt,
      };
    });
  }

  /** Failures that the survey does not count among the targets: sources, values that do not fit. */
  #failedBeforeTarget(scope: string): number {
    return this.failures.filter((failure) => failure.scope === scope && failure.key === undefined).length;
  }

  #end(scope: string): ScopeCount | undefined {
    const count = this.#scopes.get(scope);
    if (count === undefined) return undefined;
    count.endedAt = this.#now();
    count.startedAt ??= count.endedAt;
    return count;
  }
}

function notReached(
  planned: ScopeSurvey | undefined,
  count: ScopeCount,
  withoutTarget: number,
): number | undefined {
  if (planned === undefined) return undefined;
  return Math.max(0, planned.targets - count.stored - (count.failed - withoutTarget));
}

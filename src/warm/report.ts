import type { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Failure } from './failure.ts';
import type { HostLoad } from '../origin/gentle.ts';
import type { NamespaceResult } from './next-version.ts';
import type { Tally } from './tally.ts';
import type { TargetRecord } from './target-record.ts';

/** What became of one scope. */
export interface ScopeResult {
  readonly scope: string;
  /** Written anew. */
  readonly stored: number;
  /** Only the TTL was renewed, because nothing had changed. */
  readonly revalidated: number;
  /** Not requested, because they still live long enough. */
  readonly fresh: number;
  /** Called, so that the application fills its own cache. */
  readonly touched: number;
  /** Of the touched ones, those whose entry was found. */
  readonly verified: number;
  /** Not stored, because the answer is meant for one visitor. */
  readonly refused: number;
  /** Targets that failed; a source that failed counts as one, since nobody knows how many there would have been. */
  readonly failed: number;
  /** Targets that another entry had requested already. */
  readonly merged: number;
  /** `undefined` where a run was interrupted before its targets were counted. */
  readonly notReached: number | undefined;
  /** Of the values that were written. */
  readonly bytes: number;
  /** How long the origin took for one answer; `undefined` where it was not asked. */
  readonly medianMs: number | undefined;
  readonly p95Ms: number | undefined;
  readonly elapsedMs: number;
}

/** A target whose answer took long. */
export interface SlowTarget {
  readonly scope: string;
  /** Logical. */
  readonly key: string;
  readonly url: string;
  readonly requestMs: number;
}

/** Failures with one cause. */
export interface FailureGroup {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly failures: readonly Failure[];
}

/** What a run did. */
export interface WarmReport {
  /** The Redis, without user and password. */
  readonly into: string;
  readonly specPath: string;
  /** Whether nothing was to be stored here, because the application fills its own cache. */
  readonly touchesOnly: boolean;
  readonly interrupted: boolean;
  readonly elapsedMs: number;
  readonly retries: number;
  /** Targets that were asked once more at the end. */
  readonly secondChances: number;
  /** Scopes that were left to another run, which holds their locks. */
  readonly locked: readonly string[];
  /** Why the run ended before its end, in words, where failures were the reason. */
  readonly stoppedBy: string | undefined;
  readonly scopes: readonly ScopeResult[];
  readonly slowest: readonly SlowTarget[];
  /** How each host was loaded; only where something limited it. */
  readonly loads: readonly HostLoad[];
  readonly refusals: readonly FailureGroup[];
  readonly failures: readonly FailureGroup[];
  /** Every target, where that was asked for. */
  readonly targets: readonly TargetRecord[] | undefined;
  /** Next versions, where they were filled. */
  readonly namespaces: readonly NamespaceResult[];
  /** Failures that are counted and not listed. */
  readonly failuresOmitted: number;
}

/** The sums of all scopes. */
export type Totals = Omit<ScopeResult, 'scope' | 'elapsedMs' | 'medianMs' | 'p95Ms'>;

/** Adds scopes up; `notReached` is unknown where one scope's is. */
export function totalsOf(scopes: readonly ScopeResult[]): Totals {
  const sum = (pick: (scope: ScopeResult) => number): number =>
    scopes.reduce((total, scope) => total + pick(scope), 0);
  return {
    stored: sum((scope) => scope.stored),
    revalidated: sum((scope) => scope.revalidated),
    fresh: sum((scope) => scope.fresh),
    touched: sum((scope) => scope.touched),
    verified: sum((scope) => scope.verified),
    refused: sum((scope) => scope.refused),
    failed: sum((scope) => scope.failed),
    merged: sum((scope) => scope.merged),
    bytes: sum((scope) => scope.bytes),
    notReached: scopes.some((scope) => scope.notReached === undefined)
      ? undefined
      : sum((scope) => scope.notReached ?? 0),
  };
}

/** All targets of a scope, as far as they are known. */
export function targetsOf(result: Totals): number {
  return warmOf(result) + result.refused + result.failed + (result.notReached ?? 0);
}

/** Targets of a scope that are warm now. */
export function warmOf(result: Totals): number {
  return result.stored + result.revalidated + result.fresh + result.touched;
}

/** Failures by cause, the most frequent first. */
export function groupFailures(failures: readonly Failure[]): readonly FailureGroup[] {
  const groups = new Map<string, { readonly error: CachectlError; readonly failures: Failure[] }>();
  for (const failure of failures) {
    const { error } = failure;
    const cause = `${error.code} ${error.message}`;
    const group = groups.get(cause);
    if (group === undefined) groups.set(cause, { error, failures: [failure] });
    else group.failures.push(failure);
  }
  return Array.from(groups.values(), ({ error, failures: members }) => ({
    code: error.code,
    message: error.message,
    hint: error.hint,
    failures: members,
  })).sort((a, b) => b.failures.length - a.failures.length);
}

/**
 * 0, 5 where a target failed or was refused; 3 or 4 where nothing could be done for one and the same kind of
 * reason.
 */
export function exitCodeOf(
  tally: Pick<Tally, 'warm' | 'failed' | 'refused' | 'unreachable' | 'denied'>,
): ExitCode {
  if (tally.failed === 0) return tally.refused === 0 ? ExitCode.ok : ExitCode.partial;
  if (tally.warm === 0 && tally.unreachable === tally.failed) return ExitCode.unreachable;
  if (tally.warm === 0 && tally.denied === tally.failed) return ExitCode.refused;
  return ExitCode.partial;
}

import type { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Failure } from './failure.ts';
import type { Tally } from './tally.ts';

/** What became of one scope. */
export interface ScopeResult {
  readonly scope: string;
  readonly stored: number;
  /** Targets that failed; a source that failed counts as one, since nobody knows how many there would have been. */
  readonly failed: number;
  /** Targets that another entry had requested already. */
  readonly merged: number;
  /** `undefined` where a run was interrupted before its targets were counted. */
  readonly notReached: number | undefined;
  /** Of the bodies that were stored. */
  readonly bytes: number;
  readonly elapsedMs: number;
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
  readonly interrupted: boolean;
  readonly elapsedMs: number;
  readonly retries: number;
  readonly scopes: readonly ScopeResult[];
  readonly failures: readonly FailureGroup[];
  /** Failures that are counted and not listed. */
  readonly failuresOmitted: number;
}

/** The sums of all scopes. */
export type Totals = Omit<ScopeResult, 'scope' | 'elapsedMs'>;

/** Adds scopes up; `notReached` is unknown where one scope's is. */
export function totalsOf(scopes: readonly ScopeResult[]): Totals {
  const sum = (pick: (scope: ScopeResult) => number): number =>
    scopes.reduce((total, scope) => total + pick(scope), 0);
  return {
    stored: sum((scope) => scope.stored),
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
  return result.stored + result.failed + (result.notReached ?? 0);
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

/** 0, 5 where a target failed; 3 or 4 where nothing could be done for one and the same kind of reason. */
export function exitCodeOf(tally: Pick<Tally, 'stored' | 'failed' | 'unreachable' | 'refused'>): ExitCode {
  if (tally.failed === 0) return ExitCode.ok;
  if (tally.stored === 0 && tally.unreachable === tally.failed) return ExitCode.unreachable;
  if (tally.stored === 0 && tally.refused === tally.failed) return ExitCode.refused;
  return ExitCode.partial;
}

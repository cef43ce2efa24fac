import { UsageError } from '../cli/errors.ts';
import type { ScopeSpec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { nearest } from '../text/nearest.ts';

/** The most targets of scopes, from the command line. */
export interface ScopeLimits {
  /** Of every scope that has none of its own here. */
  readonly each: number | undefined;
  readonly byScope: ReadonlyMap<string, number>;
}

/** No limits. */
export const NO_LIMITS: ScopeLimits = { each: undefined, byScope: new Map() };

/**
 * Reads every `--limit`: `N` for each scope, `NAME=N` for one.
 * @throws UsageError for what is neither, for scopes that are not chosen, and for the same said twice
 */
export function parseLimits(texts: readonly string[], scopes: readonly ScopeSpec[]): ScopeLimits {
  let each: number | undefined;
  const byScope = new Map<string, number>();
  for (const text of texts) {
    const equals = text.lastIndexOf('=');
    const limit = parseLimit(text.slice(equals + 1), text);
    if (equals === -1) {
      if (each !== undefined) throw new UsageError('--limit N can be given only once');
      each = limit;
      continue;
    }
    const name = text.slice(0, equals);
    if (!scopes.some((scope) => scope.name === name)) throw notChosen(name, scopes);
    if (byScope.has(name)) throw new UsageError(`--limit ${escapeText(name)}=N can be given only once`);
    byScope.set(name, limit);
  }
  return { each, byScope };
}

/** The most targets of a scope: its own on the command line, everybody's there, or the file's. */
export function limitOf(scope: ScopeSpec, limits: ScopeLimits): number | undefined {
  return limits.byScope.get(scope.name) ?? limits.each ?? scope.limit;
}

function parseLimit(digits: string, text: string): number {
  const limit = /^\+?\d+$/.test(digits.trim()) ? Number(digits) : Number.NaN;
  if (limit >= 1 && limit <= Number.MAX_SAFE_INTEGER) return limit;
  throw new UsageError(`--limit takes a whole number of 1 or more, not "${escapeText(text)}"`, {
    hint: '--limit 50 is for each scope, --limit users=50 for one',
  });
}

function notChosen(name: string, scopes: readonly ScopeSpec[]): UsageError {
  const names = scopes.map((scope) => scope.name);
  const near = nearest(name, names);
  const question = near === undefined ? '' : `did you mean ${escapeText(near)}? `;
  return new UsageError(`--limit names the scope "${escapeText(name)}", which is not warmed`, {
    hint: `${question}--scope says ${names.map((other) => escapeText(other)).join(', ')}`,
  });
}

import { CachectlError, UsageError } from '../cli/errors.ts';
import type { EntrySpec, ScopeSpec } from '../config/spec.ts';
import { inParallel } from '../pace/in-parallel.ts';
import { requestUrl, type TargetSettings } from './build-target.ts';
import { limitOf, type ScopeLimits } from './limits.ts';
import { openSources } from './sources/open.ts';
import type { SourceTools, Variables, VariableSource } from './sources/source.ts';

/** An entry whose source has been opened, or could not be. */
export interface OpenEntry {
  readonly entry: EntrySpec;
  readonly source:
    | { readonly kind: 'open'; readonly source: VariableSource }
    | { readonly kind: 'failed'; readonly error: CachectlError; readonly url: string | undefined };
}

/** Whether a target is wanted, by the variables that it would be made of. */
export type AcceptsVariables = (variables: Variables) => boolean;

/** A scope that can be expanded, more than once and each time to the same targets. */
export interface OpenScope {
  readonly scope: ScopeSpec;
  /** The most targets: of the command line, otherwise of the file. */
  readonly limit: number | undefined;
  /** Whether variables become a target at all; every one of them where it is missing. */
  readonly accepts?: AcceptsVariables | undefined;
  readonly entries: readonly OpenEntry[];
}

/** What opening takes. */
export interface OpenOptions {
  readonly settings: TargetSettings;
  readonly tools: SourceTools;
  /** The command line's limits; they go before the file's. */
  readonly limits: ScopeLimits;
  /** What `--where` leaves. */
  readonly accepts?: AcceptsVariables | undefined;
  /** Sources asked at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/**
 * Asks the sources of all scopes. A source that fails is part of the plan, not an error. Ends early on
 * abort: then entries are missing.
 */
export async function openScopes(
  scopes: readonly ScopeSpec[],
  options: OpenOptions,
): Promise<readonly OpenScope[]> {
  const opened = new Map<EntrySpec, OpenEntry>();
  const entries = scopes.flatMap((scope) => scope.entries);
  await inParallel(entries, options.concurrency, async (entry) => {
    const open = options.signal.aborted ? undefined : await openEntry(entry, options);
    if (open !== undefined) opened.set(entry, open);
  });
  return scopes.map((scope) => ({
    scope,
    limit: limitOf(scope, options.limits),
    accepts: options.accepts,
    entries: scope.entries.flatMap((entry) => opened.get(entry) ?? []),
  }));
}

async function openEntry(entry: EntrySpec, options: OpenOptions): Promise<OpenEntry | undefined> {
  try {
    return { entry, source: { kind: 'open', source: await openSources(entry.foreach, options.tools) } };
  } catch (error) {
    if (options.signal.aborted) return undefined;
    if (!(error instanceof CachectlError) || error instanceof UsageError) throw error;
    const [path] = (entry.foreach ?? []).flatMap((source) =>
      source.from === 'http' || source.from === 'sitemap' ? [source.path] : [],
    );
    const url = path === undefined ? undefined : requestUrl(options.settings.origin.baseUrl, path);
    return { entry, source: { kind: 'failed', error, url } };
  }
}

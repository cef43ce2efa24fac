import { CachectlError, UsageError } from '../cli/errors.ts';
import type { EntrySpec, ScopeSpec } from '../config/spec.ts';
import { entryPlace, requestUrl, type TargetSettings } from './build-target.ts';
import type { AskOrigin } from './sources/http.ts';
import { checkSelect } from './sources/http.ts';
import { openSource } from './sources/open.ts';
import type { VariableSource } from './sources/source.ts';

/** An entry whose source has been opened, or could not be. */
export interface OpenEntry {
  readonly entry: EntrySpec;
  readonly source:
    | { readonly kind: 'open'; readonly source: VariableSource }
    | { readonly kind: 'failed'; readonly error: CachectlError; readonly url: string | undefined };
}

/** A scope that can be expanded, more than once and each time to the same targets. */
export interface OpenScope {
  readonly scope: ScopeSpec;
  /** The most targets: of the command line, otherwise of the file. */
  readonly limit: number | undefined;
  readonly entries: readonly OpenEntry[];
}

/** What opening takes. */
export interface OpenOptions {
  readonly settings: TargetSettings;
  readonly ask: AskOrigin;
  /** The command line's limit for each scope; goes before the file's. */
  readonly limit: number | undefined;
  /** Sources asked at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/**
 * Checks what the schema of the spec file cannot: the syntax of every `select`.
 * @throws UsageError naming the entry's place
 */
export async function checkSelects(scopes: readonly ScopeSpec[], specPath: string): Promise<void> {
  for (const entry of scopes.flatMap((scope) => scope.entries)) {
    if (entry.foreach?.from === 'http') await checkSelect(entry.foreach.select, entryPlace(specPath, entry));
  }
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
  const waiting = scopes.flatMap((scope) => scope.entries).values();
  const work = async (): Promise<void> => {
    for (const entry of waiting) {
      const open = options.signal.aborted ? undefined : await openEntry(entry, options);
      if (open !== undefined) opened.set(entry, open);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  return scopes.map((scope) => ({
    scope,
    limit: options.limit ?? scope.limit,
    entries: scope.entries.flatMap((entry) => opened.get(entry) ?? []),
  }));
}

async function openEntry(entry: EntrySpec, options: OpenOptions): Promise<OpenEntry | undefined> {
  try {
    return { entry, source: { kind: 'open', source: await openSource(entry.foreach, options.ask) } };
  } catch (error) {
    if (options.signal.aborted) return undefined;
    if (!(error instanceof CachectlError) || error instanceof UsageError) throw error;
    const path = entry.foreach?.from === 'http' ? entry.foreach.path : undefined;
    const url = path === undefined ? undefined : requestUrl(options.settings.origin.baseUrl, path);
    return { entry, source: { kind: 'failed', error, url } };
  }
}

import type { EntrySpec, ScopeSpec } from '../config/spec.ts';
import { matchesGlob } from '../keys/pattern.ts';
import { requestUrl } from './build-target.ts';
import type { Target } from './target.ts';

/** Whether a target is left out. */
export type Excludes = (target: Pick<Target, 'key' | 'url'>) => boolean;

/**
 * The `exclude` globs of a scope and one of its entries: those that start with `/` are compared with path and
 * query as they are sent, the others with the logical key. `*` stands for any text, slashes included.
 */
export function createExcludes(
  scope: Pick<ScopeSpec, 'exclude'>,
  entry: Pick<EntrySpec, 'exclude'>,
  baseUrl: string,
): Excludes | undefined {
  const globs = [...(scope.exclude ?? []), ...(entry.exclude ?? [])];
  if (globs.length === 0) return undefined;
  const bytes = (glob: string): Buffer => Buffer.from(glob, 'utf8');
  const ofPaths = globs.filter((glob) => glob.startsWith('/')).map(bytes);
  const ofKeys = globs.filter((glob) => !glob.startsWith('/')).map(bytes);
  const base = requestUrl(baseUrl, '/').slice(0, -1);
  return ({ key, url }) => {
    const path = url.startsWith(base) ? url.slice(base.length) : url;
    return matchesAny(ofKeys, key) || matchesAny(ofPaths, path);
  };
}

function matchesAny(globs: readonly Buffer[], text: string): boolean {
  if (globs.length === 0) return false;
  const bytes = Buffer.from(text, 'utf8');
  return globs.some((glob) => matchesGlob(glob, bytes));
}

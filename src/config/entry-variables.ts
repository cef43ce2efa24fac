import { parseCapture } from '../text/capture.ts';
import { isNameList, OWN_VARIABLES, type AsSpec, type ForeachSpec } from './foreach.ts';
import type { EntrySpec } from './spec.ts';

/** The names of all variables that an entry's matrix and sources fill, as its templates may use them. */
export function entryVariables(entry: Pick<EntrySpec, 'matrix' | 'foreach'>): readonly string[] {
  return [...Object.keys(entry.matrix ?? {}), ...(entry.foreach ?? []).flatMap(sourceVariables)];
}

function sourceVariables(source: ForeachSpec): readonly string[] {
  if (source.as !== undefined) return namesOf(source.as);
  switch (source.from) {
    case 'sitemap':
    case 'access_log':
      return OWN_VARIABLES[source.from];
    case 'redis':
      return source.query.kind === 'keys' ? parseCapture(source.query.pattern).names : [];
    default:
      return [];
  }
}

function namesOf(as: AsSpec): readonly string[] {
  if (typeof as === 'string') return [as];
  return isNameList(as) ? as : Object.keys(as);
}

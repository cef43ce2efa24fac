import { addressReach } from '../addresses/address.ts';
import type { Reach } from '../cli/confirmation.ts';
import { matchesEverything } from '../keys/pattern.ts';
import { hasFilter, namesSource, type Selection } from './selection.ts';

/**
 * How far a selection reaches, which decides what has to be confirmed. Exclusions and limits do not make
 * "everything" any less: what they leave out may be nothing.
 */
export function reachOf(selection: Selection): Reach {
  const overAll = selection.all || selection.patterns.some(matchesEverything) || !namesSource(selection);
  if (overAll) return hasFilter(selection) ? 'filters' : 'everything';
  const { patterns, scopes, tags, addresses } = selection;
  return patterns.length + scopes.length + tags.length > 0 ? 'selection' : addressReach(addresses);
}

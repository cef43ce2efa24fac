import { addressReach, type Address } from '../addresses/address.ts';
import type { TagMembers } from '../addresses/tag-members.ts';
import type { Reach } from '../cli/confirmation.ts';
import type { Layout } from '../keys/layout.ts';
import { matchesEverything } from '../keys/pattern.ts';

/** What is to be cleared, in logical terms, as it was asked for. */
export interface Selection {
  /** Exact keys, each once. */
  readonly keys: readonly Buffer[];
  readonly patterns: readonly Buffer[];
  /** Keys as their framework names them. */
  readonly addresses: readonly Address[];
  readonly all: boolean;
}

/** The same in Redis' terms. */
export interface PhysicalSelection {
  readonly keys: readonly Buffer[];
  readonly patterns: readonly Buffer[];
  /** Keys that only sets in Redis know. */
  readonly members: readonly TagMembers[];
}

/** How far a selection reaches, which decides what has to be confirmed. */
export function reachOf(selection: Selection): Reach {
  if (selection.all || selection.patterns.some(matchesEverything)) return 'everything';
  return selection.patterns.length > 0 ? 'selection' : addressReach(selection.addresses);
}

/** Puts the layout's prefix in front; `--all` under a layout with a prefix means that prefix only. */
export function toPhysical(
  selection: Selection,
  layout: Layout,
): Pick<PhysicalSelection, 'keys' | 'patterns'> {
  const patterns = selection.all ? [Buffer.from('*')] : selection.patterns;
  return {
    keys: selection.keys.flatMap((key) => layout.toPhysicalKeys(key)),
    patterns: patterns.flatMap((pattern) => layout.toPhysicalPatterns(pattern)),
  };
}

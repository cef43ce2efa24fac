import type { Reach } from '../cli/confirmation.ts';
import type { Layout } from '../keys/layout.ts';
import { matchesEverything } from '../keys/pattern.ts';

/** What is to be cleared, in logical terms, as it was asked for. */
export interface Selection {
  /** Exact keys, each once. */
  readonly keys: readonly Buffer[];
  readonly patterns: readonly Buffer[];
  readonly all: boolean;
}

/** The same in Redis' terms. */
export interface PhysicalSelection {
  readonly keys: readonly Buffer[];
  readonly patterns: readonly Buffer[];
}

/** How far a selection reaches, which decides what has to be confirmed. */
export function reachOf(selection: Selection): Reach {
  if (selection.all || selection.patterns.some(matchesEverything)) return 'everything';
  return selection.patterns.length > 0 ? 'selection' : 'named';
}

/** Puts the layout's prefix in front; `--all` under a layout with a prefix means that prefix only. */
export function toPhysical(selection: Selection, layout: Layout): PhysicalSelection {
  const patterns = selection.all ? [Buffer.from('*')] : selection.patterns;
  return {
    keys: selection.keys.map((key) => layout.toPhysical(key)),
    patterns: patterns.map((pattern) => layout.toPhysicalPattern(pattern)),
  };
}

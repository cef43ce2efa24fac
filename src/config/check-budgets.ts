import { parseAssertion } from '../assertions/assertion.ts';
import { CACHE_TERMS, GROUP_TERMS } from '../assertions/cache-terms.ts';
import { UsageError } from '../cli/errors.ts';
import type { Finding } from './finding.ts';
import { listItems, mapEntries, nodeAt, stringScalar, type SourceNode } from './source-tree.ts';

/** The assertions under `budgets:` name metrics that exist, and groups of this file. */
export function checkBudgets(root: SourceNode): readonly Finding[] {
  const vocabulary = {
    metrics: CACHE_TERMS,
    groupMetrics: GROUP_TERMS,
    groups: mapEntries(nodeAt(root, ['groups'])).map(([name]) => name),
    // Whether there is one is known when the command runs.
    hasBaseline: true,
  };
  return listItems(nodeAt(root, ['budgets'])).flatMap((item) => {
    const written = stringScalar(item);
    if (written === undefined) return [];
    try {
      parseAssertion(written.value, vocabulary, 'the budget');
      return [];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return [{ offset: written.start, message: error.message, suggestion: error.hint }];
    }
  });
}

/** A group without any pattern, or with an empty one, would hold nothing. */
export function checkGroups(root: SourceNode): readonly Finding[] {
  return mapEntries(nodeAt(root, ['groups'])).flatMap(([name, { node, keyStart }]) => {
    const items = listItems(node);
    const patterns = (items.length === 0 ? [node] : items).map(stringScalar);
    const isEmpty = (node.kind !== 'scalar' && items.length === 0) || patterns.some((at) => at?.value === '');
    return isEmpty ? [{ offset: keyStart, message: `the group \`${name}\` needs a pattern` }] : [];
  });
}

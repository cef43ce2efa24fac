import { parseWhere } from '../text/where.ts';
import type { HttpActionSpec, RewarmSpec, RuleSpec } from './rule-spec.ts';
import type { RuleFile } from './rule-schema.ts';
import { listItems, nodeAt, scalarTexts, textRecord, type SourceNode } from './source-tree.ts';

/**
 * A rule of a file without mistakes.
 * @param node the same part of the file as a tree: numbers keep the text they were written as
 */
export function buildRule(file: RuleFile, name: string, node: SourceNode | undefined): RuleSpec {
  const rewarm = file.rewarm === undefined ? [] : Array.isArray(file.rewarm) ? file.rewarm : [file.rewarm];
  return {
    name,
    ...(file.description !== undefined && { description: file.description }),
    clear: scalarTexts(nodeAt(node, ['clear'])),
    tags: scalarTexts(nodeAt(node, ['tags'])),
    bump: file.bump ?? [],
    http: (file.http ?? []).map((action, index): HttpActionSpec => ({
      method: action.method ?? 'PURGE',
      url: action.url,
      headers: textRecord(nodeAt(listItems(nodeAt(node, ['http']))[index], ['headers'])),
      ...(action.body !== undefined && { body: action.body }),
      ...(action.status && { status: action.status }),
      ...(action.timeout !== undefined && { timeoutMs: action.timeout }),
    })),
    rewarm: rewarm.map(({ scope, where }): RewarmSpec => ({
      scope,
      ...(where !== undefined && { where: parseWhere(where) }),
    })),
    onFailure: file.on_failure ?? 'continue',
  };
}

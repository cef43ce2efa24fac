import { parseTemplate, placeholders } from '../text/template.ts';
import { meantDuration } from '../units/duration.ts';
import { meantRate, parseRate, RATE_FORM } from '../units/rate.ts';
import { ORIGIN_TTL } from './build-fill.ts';
import type { ExpressionCheck } from '../text/expression.ts';
import { checkBudgets, checkGroups } from './check-budgets.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkEntry, checkHeaders } from './check-entry.ts';
import { checkStdin } from './check-foreach.ts';
import { checkRules } from './check-rules.ts';
import { checkConnections } from './connection.ts';
import { checkNamespaces } from './namespaces.ts';
import { originUrlProblem } from './origin-url.ts';
import { didYouMean } from './did-you-mean.ts';
import { quoted } from './issues.ts';
import {
  listItems,
  mapEntries,
  nodeAt,
  stringScalar,
  toPlain,
  type SourceNode,
  type SourcePath,
} from './source-tree.ts';
import { RESERVED_SCOPE } from './spec.ts';
import { readDurationMs, readTtlSeconds, TTL_FORM } from './ttl.ts';
import type { Finding } from './finding.ts';

/**
 * Everything that the schema cannot see: URLs, names, TTL classes, placeholders, duplicates. Works
 * on whatever part of the file has the right shape, so that its findings stand beside the schema's.
 */
export function checkReferences(
  root: SourceNode,
  checkExpression: ExpressionCheck = () => undefined,
): readonly Finding[] {
  return [
    ...checkNames(root),
    ...checkConnections(root),
    ...checkOriginUrl(root),
    ...checkHeaders(nodeAt(root, ['origin', 'headers'])),
    ...checkTtl(root, ['defaults', 'ttl']),
    ...checkRate(nodeAt(root, ['defaults', 'rate'])),
    ...checkDependencies(root),
    ...checkGroups(root),
    ...checkBudgets(root),
    ...checkStdin(root),
    ...checkRules(root),
    ...checkNamespaces(root),
    ...mapEntries(nodeAt(root, ['scopes'])).flatMap(([name, scope]) =>
      checkScope(root, name, scope.node, checkExpression),
    ),
  ];
}

function checkNames(root: SourceNode): readonly Finding[] {
  const findings: Finding[] = [];
  for (const section of ['connections', 'ttl_classes', 'namespaces', 'scopes', 'invalidation', 'groups']) {
    for (const [name, { keyStart: offset }] of mapEntries(nodeAt(root, [section]))) {
      // Names are given on the command line, in lists, and typed to confirm.
      if (!/^[^\s,\p{C}]+$/u.test(name)) {
        findings.push({ offset, message: 'a name here has no spaces, commas or control characters' });
      } else if (section === 'scopes' && name === RESERVED_SCOPE) {
        findings.push({
          offset,
          message: `the scope name \`${name}\` is reserved: it stands for every scope`,
        });
      } else if (section === 'ttl_classes' && name === ORIGIN_TTL) {
        findings.push({ offset, message: `\`${name}\` stands for the TTL that the origin gives` });
      } else if (section === 'ttl_classes' && readDurationMs(name) !== undefined) {
        findings.push({ offset, message: `a TTL class cannot be named like a duration: \`${name}\`` });
      }
    }
  }
  return findings;
}

function checkOriginUrl(root: SourceNode): readonly Finding[] {
  const findings: Finding[] = [];
  const base = stringScalar(nodeAt(root, ['origin', 'base_url']));
  const problem = base && originUrlProblem(base.value);
  if (problem) findings.push({ offset: base.start, ...problem });
  return findings;
}

/** Where an entry stands, and all that it says. */
interface EntryPlace {
  readonly line: number;
  readonly text: string;
}

function checkScope(
  root: SourceNode,
  name: string,
  scope: SourceNode,
  checkExpression: ExpressionCheck,
): readonly Finding[] {
  const seen = new Map<string, EntryPlace>();
  const baseUrl = stringScalar(nodeAt(root, ['origin', 'base_url']))?.value;
  return listItems(nodeAt(scope, ['entries'])).flatMap((entry, index) => [
    ...checkEntry(entry, baseUrl, checkExpression),
    ...checkTtl(root, ['scopes', name, 'entries', index, 'ttl']),
    ...checkDuplicate(entry, seen),
  ]);
}

/**
 * Remembers the entry's key; another entry for it is a mistake, unless it is the same in everything and so merged.
 * Of keys with placeholders only their values tell, which are compared before the first request.
 */
function checkDuplicate(entry: SourceNode, seen: Map<string, EntryPlace>): readonly Finding[] {
  const key = stringScalar(nodeAt(entry, ['key']));
  if (!key || !isFixed(key.value)) return [];
  const name = JSON.stringify([stringScalar(nodeAt(entry, ['namespace']))?.value, key.value]);
  const text = JSON.stringify(toPlain(entry));
  const earlier = seen.get(name);
  if (earlier === undefined) seen.set(name, { line: key.line, text });
  if (earlier === undefined || earlier.text === text) return [];
  const message = `another entry of this scope writes the same key, on line ${earlier.line}`;
  return [{ offset: key.start, message }];
}

/** Whether a key has no placeholders; templates that cannot be read are reported elsewhere. */
function isFixed(key: string): boolean {
  try {
    return placeholders(parseTemplate(key)).length === 0;
  } catch {
    return false;
  }
}

function checkTtl(root: SourceNode, path: SourcePath): readonly Finding[] {
  const node = nodeAt(root, path);
  if (node?.kind !== 'scalar' || node.unresolved) return [];
  if (typeof node.value !== 'string' && typeof node.value !== 'number') return [];
  const classes = mapEntries(nodeAt(root, ['ttl_classes'])).map(([name]) => name);
  if (classes.includes(String(node.value)) || readTtlSeconds(node.value) !== undefined) return [];
  if (node.value === ORIGIN_TTL && path[0] === 'scopes') return [];
  const found = quoted(node, path);
  if (typeof node.value === 'number' || readDurationMs(node.value) !== undefined) {
    return [{ offset: node.start, message: `expected ${TTL_FORM}, found ${found}` }];
  }
  const meant = typeof node.value === 'string' ? meantDuration(node.value) : undefined;
  const known = classes.length === 0 ? 'the file has no `ttl_classes`' : `known: ${classes.join(', ')}`;
  return [
    {
      offset: node.start,
      message: `unknown TTL class: ${found}`,
      suggestion:
        meant === undefined
          ? (didYouMean(node.value, classes) ?? `use ${TTL_FORM} (${known})`)
          : `did you mean ${meant}?`,
    },
  ];
}

function checkRate(node: SourceNode | undefined): readonly Finding[] {
  const rate = stringScalar(node);
  if (!rate || parseRate(rate.value) !== undefined) return [];
  const meant = meantRate(rate.value);
  return [
    {
      offset: rate.start,
      message: `expected ${RATE_FORM}`,
      ...(meant !== undefined && { suggestion: `did you mean ${meant}?` }),
    },
  ];
}

import { parseTemplate, TemplateError } from '../text/template.ts';
import { parseWhere, WHERE_FORM, WhereError } from '../text/where.ts';
import { checkHeaders, variableGroups } from './check-entry.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Finding } from './finding.ts';
import { listItems, mapEntries, nodeAt, placeInside, stringScalar, type SourceNode } from './source-tree.ts';
import { RESERVED_SCOPE } from './spec.ts';

/** What is wrong in `invalidation` beyond its shape: templates, methods, URLs, and names of other parts. */
export function checkRules(root: SourceNode): readonly Finding[] {
  return mapEntries(nodeAt(root, ['invalidation'])).flatMap(([, { keyStart, node: rule }]) => [
    ...checkEmptyRule(rule, keyStart),
    ...listItems(nodeAt(rule, ['clear'])).flatMap(checkTemplate),
    ...listItems(nodeAt(rule, ['tags'])).flatMap(checkTemplate),
    ...listItems(nodeAt(rule, ['bump'])).flatMap((name) => checkName(root, name, 'namespaces', 'namespace')),
    ...listItems(nodeAt(rule, ['http'])).flatMap(checkHttpAction),
    ...rewarms(nodeAt(rule, ['rewarm'])).flatMap((rewarm) => checkRewarm(root, rewarm)),
  ]);
}

const ACTIONS = ['clear', 'tags', 'bump', 'http', 'rewarm'];

/** A rule without actions would answer "done" for ever, and nobody would see that it does nothing. */
function checkEmptyRule(rule: SourceNode, offset: number): readonly Finding[] {
  // Any other key is an action, or a mistake that is told already.
  const idle = ['description', 'on_failure'];
  if (rule.kind !== 'map' || [...rule.entries.keys()].some((key) => !idle.includes(key))) return [];
  return [{ offset, message: 'this rule does nothing', suggestion: `give it ${ACTIONS.join(', ')}` }];
}

function checkTemplate(node: SourceNode | undefined): readonly Finding[] {
  const scalar = stringScalar(node);
  if (!scalar) return [];
  if (scalar.value === '')
    return [{ offset: scalar.start, message: 'expected a key or a pattern, found nothing' }];
  try {
    parseTemplate(scalar.value);
    return [];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const offset = placeInside(scalar, error.offset);
    return [{ offset, message: error.message, suggestion: 'a literal brace is `{{` or `}}`' }];
  }
}

function checkHttpAction(action: SourceNode): readonly Finding[] {
  const method = stringScalar(nodeAt(action, ['method']));
  const url = stringScalar(nodeAt(action, ['url']));
  const findings: Finding[] = [
    ...checkTemplate(nodeAt(action, ['url'])),
    ...checkTemplate(nodeAt(action, ['body'])),
    ...checkHeaders(nodeAt(action, ['headers'])),
    ...mapEntries(nodeAt(action, ['headers'])).flatMap(([, { node }]) => checkTemplate(node)),
  ];
  if (method && !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method.value)) {
    findings.push({ offset: method.start, message: 'this is not the name of an HTTP method' });
  }
  if (url && !/^https?:\/\/[^/{]/i.test(url.value)) {
    findings.push({ offset: url.start, message: 'expected an absolute http:// or https:// URL' });
  }
  return findings;
}

function checkRewarm(root: SourceNode, rewarm: SourceNode): readonly Finding[] {
  const findings = checkName(root, nodeAt(rewarm, ['scope']), 'scopes', 'scope', [RESERVED_SCOPE]);
  const where = stringScalar(nodeAt(rewarm, ['where']));
  if (!where) return findings;
  try {
    const known = variablesOf(root, stringScalar(nodeAt(rewarm, ['scope']))?.value);
    const unknown = parseWhere(where.value).filter(({ name }) => known?.has(name) === false);
    return [
      ...findings,
      ...unknown.map(({ name }) => ({
        offset: where.start,
        message: `no entry of the scope has a variable \`${name}\``,
        suggestion: didYouMean(name, known ?? []) ?? `known: ${[...(known ?? [])].join(', ') || 'none'}`,
      })),
    ];
  } catch (error) {
    if (!(error instanceof WhereError)) throw error;
    const offset = placeInside(where, error.offset);
    return [...findings, { offset, message: error.message, suggestion: `write ${WHERE_FORM}` }];
  }
}

/** The variables of a scope's entries; `undefined` where there is no such scope, or all are meant. */
function variablesOf(root: SourceNode, scope: string | undefined): ReadonlySet<string> | undefined {
  const entries = scope === undefined ? undefined : nodeAt(root, ['scopes', scope, 'entries']);
  if (entries === undefined) return undefined;
  return new Set(listItems(entries).flatMap((entry) => variableGroups(entry).flatMap(({ names }) => names)));
}

function checkName(
  root: SourceNode,
  node: SourceNode | undefined,
  section: string,
  what: string,
  reserved: readonly string[] = [],
): readonly Finding[] {
  const name = stringScalar(node);
  const known = mapEntries(nodeAt(root, [section])).map(([key]) => key);
  if (!name || known.includes(name.value) || reserved.includes(name.value)) return [];
  const all = known.length === 0 ? `the file has no \`${section}\`` : `known: ${known.join(', ')}`;
  return [
    {
      offset: name.start,
      message: `no ${what} \`${name.value}\``,
      suggestion: didYouMean(name.value, known) ?? all,
    },
  ];
}

function rewarms(node: SourceNode | undefined): readonly SourceNode[] {
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : [node];
}

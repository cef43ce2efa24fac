import {
  parseTemplate,
  placeholders,
  TemplateError,
  VARIABLE_NAME,
  type Template,
} from '../text/template.ts';
import type { ExpressionCheck } from '../text/expression.ts';
import { parseJsonPath } from '../text/json-path.ts';
import { checkFill } from './check-fill.ts';
import { checkSource, sourceNodes, sourceVariables } from './check-foreach.ts';
import { requestPathProblem } from './origin-url.ts';
import { didYouMean } from './did-you-mean.ts';
import {
  listItems,
  mapEntries,
  nodeAt,
  placeInside,
  stringScalar,
  type ScalarNode,
  type SourceNode,
} from './source-tree.ts';
import type { Finding } from './finding.ts';

/** Variables that one list or source fills together, and whether it can give the entry more than one target. */
interface VariableGroup {
  readonly names: readonly string[];
  readonly varies: boolean;
}

/**
 * What is wrong inside one entry beyond its shape: paths, ranges, templates and their variables.
 * @param baseUrl the origin's, where the file has one
 * @param checkExpression for JMESPath and JSONPath
 */
export function checkEntry(
  entry: SourceNode,
  baseUrl: string | undefined,
  checkExpression: ExpressionCheck,
): readonly Finding[] {
  return [
    ...checkVariables(entry),
    ...checkTemplates(entry, variableGroups(entry)),
    ...checkPath(nodeAt(entry, ['path']), baseUrl),
    ...sourceNodes(entry).flatMap((source) => checkSource(source, baseUrl, checkExpression)),
    ...checkFill(entry, checkExpression),
    ...listItems(nodeAt(entry, ['ignore'])).flatMap(checkIgnored),
  ];
}

/** Origin and entry headers: what would be refused, or smuggle a second header, when it is sent. */
export function checkHeaders(headers: SourceNode | undefined): readonly Finding[] {
  return mapEntries(headers).flatMap(([name, { keyStart, node }]) => {
    const findings: Finding[] = [];
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      findings.push({ offset: keyStart, message: 'this is not the name of a header' });
    }
    // eslint-disable-next-line no-control-regex -- finding control characters is the point
    if (node.kind === 'scalar' && /[\u0000-\u0008\u000a-\u001f\u007f]/.test(node.text)) {
      findings.push({ offset: node.start, message: 'a header holds no line breaks or control characters' });
    }
    return findings;
  });
}

/** Of each list of the matrix and each source, the variables that it fills together. */
export function variableGroups(entry: SourceNode): readonly VariableGroup[] {
  const matrix = mapEntries(nodeAt(entry, ['matrix'])).map(([name, { node }]) => ({
    names: [name],
    varies: listItems(node).length !== 1,
  }));
  const sources = sourceNodes(entry).map((source) => ({
    names: sourceVariables(source).map(({ name }) => name),
    varies: true,
  }));
  return [...matrix, ...sources];
}

function checkVariables(entry: SourceNode): readonly Finding[] {
  const findings: Finding[] = [];
  const known = new Set<string>();
  for (const [name, { keyStart: offset }] of mapEntries(nodeAt(entry, ['matrix']))) {
    known.add(name);
    if (!VARIABLE_NAME.test(name)) {
      findings.push({ offset, message: 'a variable is named with letters, digits, _ and -' });
    }
  }
  for (const [index, source] of sourceNodes(entry).entries()) {
    const own = new Set<string>();
    for (const { name, offset } of sourceVariables(source)) {
      if (known.has(name)) {
        const where = index === 0 || nodeAt(entry, ['matrix', name]) ? '`matrix`' : 'another source';
        findings.push({ offset, message: `${where} has a variable \`${name}\` already` });
      } else if (own.has(name)) {
        findings.push({ offset, message: `the variable \`${name}\` is there twice` });
      }
      own.add(name);
    }
    for (const name of own) known.add(name);
  }
  return findings;
}

function checkTemplates(entry: SourceNode, groups: readonly VariableGroup[]): readonly Finding[] {
  const names = groups.flatMap((group) => group.names);
  const key = stringScalar(nodeAt(entry, ['key']));
  const others = [
    nodeAt(entry, ['path']),
    ...mapEntries(nodeAt(entry, ['headers'])).map(([, { node }]) => node),
    ...listItems(nodeAt(entry, ['tags'])),
    ...listItems(nodeAt(entry, ['expect_keys'])),
  ];
  const findings: Finding[] = [
    ...others.flatMap((node) => readTemplate(node, names).findings),
    ...checkHeaders(nodeAt(entry, ['headers'])),
  ];
  if (!key) return findings;
  const { template, findings: keyFindings } = readTemplate(key, names);
  findings.push(...keyFindings);
  if (key.value === '') findings.push({ offset: key.start, message: 'a key is not empty' });
  if (!template || keyFindings.length > 0) return findings;
  const used = placeholders(template);
  const unused = groups.filter(
    (group) => group.varies && group.names.length > 0 && !group.names.some((name) => used.includes(name)),
  );
  if (unused.length > 0) {
    const list = unused.map((group) => group.names.map((name) => `\`{${name}}\``).join(' or ')).join(', ');
    findings.push({
      offset: key.start,
      message: `the key does not use ${list}, so that different targets would share one key`,
    });
  }
  return findings;
}

function readTemplate(
  node: SourceNode | undefined,
  variables: readonly string[],
): { readonly template?: Template; readonly findings: readonly Finding[] } {
  const scalar = stringScalar(node);
  if (!scalar) return { findings: [] };
  try {
    const template = parseTemplate(scalar.value);
    const findings = template.parts.flatMap((part) => {
      if (part.type === 'literal' || variables.includes(part.name)) return [];
      return [unknownPlaceholder(scalar, part.name, part.offset, variables)];
    });
    return { template, findings };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const offset = placeInside(scalar, error.offset);
    return { findings: [{ offset, message: error.message, suggestion: 'a literal brace is `{{` or `}}`' }] };
  }
}

function unknownPlaceholder(
  scalar: ScalarNode,
  name: string,
  offset: number,
  variables: readonly string[],
): Finding {
  const near = didYouMean(name, variables)?.replace(/`(.*)`/, '`{$1}`');
  const known =
    variables.length === 0
      ? 'the entry has neither `matrix` nor `foreach`'
      : `known here: ${variables.map((variable) => `\`{${variable}}\``).join(', ')}`;
  return {
    offset: placeInside(scalar, offset),
    message: `unknown placeholder \`{${name}}\``,
    suggestion: near ?? known,
  };
}

function checkPath(node: SourceNode | undefined, baseUrl: string | undefined): readonly Finding[] {
  const path = stringScalar(node);
  // A value that a path starts with is a path itself; it is looked at when it is there.
  const known = path?.value.replace(/^\{[A-Za-z_][\w-]*\}/, '/');
  const problem = known !== undefined && requestPathProblem(known, baseUrl);
  return path && problem ? [{ offset: path.start, ...problem }] : [];
}

function checkIgnored(node: SourceNode): readonly Finding[] {
  const path = stringScalar(node);
  if (!path || parseJsonPath(path.value) !== undefined) return [];
  return [
    {
      offset: path.start,
      message: 'this names no place in a document',
      suggestion: 'write it like `generated_at` or `items[*].seen_at`',
    },
  ];
}

import {
  parseTemplate,
  placeholders,
  TemplateError,
  VARIABLE_NAME,
  type Template,
} from '../text/template.ts';
import { requestPathProblem } from './origin-url.ts';
import { didYouMean } from './did-you-mean.ts';
import {
  listItems,
  mapEntries,
  nodeAt,
  stringScalar,
  type ScalarNode,
  type SourceNode,
} from './source-tree.ts';
import type { Finding } from './finding.ts';

/** A variable of an entry, and whether it can give the entry more than one target. */
interface Variable {
  readonly name: string;
  readonly varies: boolean;
}

/**
 * What is wrong inside one entry beyond its shape: paths, ranges, templates and their variables.
 * @param baseUrl the origin's, where the file has one
 */
export function checkEntry(entry: SourceNode, baseUrl: string | undefined): readonly Finding[] {
  return [
    ...checkVariables(entry),
    ...checkTemplates(entry, variablesOf(entry)),
    ...checkPath(nodeAt(entry, ['path']), baseUrl),
    ...checkPath(nodeAt(entry, ['foreach', 'path']), baseUrl),
    ...checkRange(nodeAt(entry, ['foreach'])),
    ...checkSelect(nodeAt(entry, ['foreach', 'select'])),
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

function variablesOf(entry: SourceNode): readonly Variable[] {
  const matrix = mapEntries(nodeAt(entry, ['matrix'])).map(([name, { node }]) => ({
    name,
    varies: listItems(node).length !== 1,
  }));
  const as = stringScalar(nodeAt(entry, ['foreach', 'as']));
  return as ? [...matrix, { name: as.value, varies: true }] : matrix;
}

function checkVariables(entry: SourceNode): readonly Finding[] {
  const findings: Finding[] = [];
  const declare = (name: string, offset: number) => {
    if (!VARIABLE_NAME.test(name)) {
      findings.push({ offset, message: 'a variable is named with letters, digits, _ and -' });
    }
  };
  const matrix = mapEntries(nodeAt(entry, ['matrix']));
  for (const [name, { keyStart }] of matrix) declare(name, keyStart);
  const as = stringScalar(nodeAt(entry, ['foreach', 'as']));
  if (!as) return findings;
  declare(as.value, as.start);
  if (matrix.some(([name]) => name === as.value)) {
    findings.push({ offset: as.start, message: `\`matrix\` has a variable \`${as.value}\` already` });
  }
  return findings;
}

function checkTemplates(entry: SourceNode, variables: readonly Variable[]): readonly Finding[] {
  const names = variables.map(({ name }) => name);
  const key = stringScalar(nodeAt(entry, ['key']));
  const others = [
    nodeAt(entry, ['path']),
    ...mapEntries(nodeAt(entry, ['headers'])).map(([, { node }]) => node),
    ...listItems(nodeAt(entry, ['tags'])),
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
  const unused = variables.filter(({ name, varies }) => varies && !used.includes(name));
  if (unused.length > 0) {
    const list = unused.map(({ name }) => `\`{${name}}\``).join(', ');
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

/** Points into the text where the file holds it letter by letter, otherwise at its start. */
function placeInside(scalar: ScalarNode, offset: number): number {
  return scalar.textStart === undefined ? scalar.start : scalar.textStart + offset;
}

function checkPath(node: SourceNode | undefined, baseUrl: string | undefined): readonly Finding[] {
  const path = stringScalar(node);
  const problem = path && requestPathProblem(path.value, baseUrl);
  return problem ? [{ offset: path.start, ...problem }] : [];
}

function checkRange(foreach: SourceNode | undefined): readonly Finding[] {
  if (stringScalar(nodeAt(foreach, ['from']))?.value !== 'range') return [];
  const start = wholeNumberAt(foreach, 'start');
  const end = wholeNumberAt(foreach, 'end');
  const stepNode = nodeAt(foreach, ['step']);
  const step = stepNode ? wholeNumberAt(foreach, 'step') : 1;
  if (step === 0 && stepNode)
    return [{ offset: stepNode.start, message: 'a step of 0 never reaches the end' }];
  if (start === undefined || end === undefined || step === undefined) return [];
  const endNode = nodeAt(foreach, ['end']);
  if (start === end || end > start === step > 0) return [];
  const place = stepNode ?? endNode;
  return place
    ? [{ offset: place.start, message: `a step of ${step} never gets from ${start} to ${end}` }]
    : [];
}

function wholeNumberAt(foreach: SourceNode | undefined, key: string): number | undefined {
  const node = nodeAt(foreach, [key]);
  if (node?.kind !== 'scalar' || node.unresolved || node.value === null || node.text === '') return undefined;
  const number = Number(node.value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function checkSelect(node: SourceNode | undefined): readonly Finding[] {
  const select = stringScalar(node);
  if (!select || select.value.trim() !== '') return [];
  return [{ offset: select.start, message: 'expected a JMESPath expression, found nothing' }];
}

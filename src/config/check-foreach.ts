import { parseCapture, CaptureError } from '../text/capture.ts';
import type { ExpressionCheck } from '../text/expression.ts';
import { VARIABLE_NAME } from '../text/template.ts';
import { checkExpression } from './check-expression.ts';
import { originUrlProblem, requestPathProblem } from './origin-url.ts';
import type { Finding } from './finding.ts';
import { guessFormat, OWN_VARIABLES } from './foreach.ts';
import { keyOffsetAt, listItems, mapEntries, nodeAt, stringScalar, type SourceNode } from './source-tree.ts';

/** A variable that a source declares. */
export interface SourceVariable {
  readonly name: string;
  readonly offset: number;
}

/** The sources of an entry, as the file has them: `foreach` is one, or a list of them. */
export function sourceNodes(entry: SourceNode): readonly SourceNode[] {
  const foreach = nodeAt(entry, ['foreach']);
  if (foreach === undefined) return [];
  return foreach.kind === 'list' ? foreach.items : [foreach];
}

/** The variables of a source, in the order of the file. */
export function sourceVariables(source: SourceNode): readonly SourceVariable[] {
  const as = nodeAt(source, ['as']);
  if (as?.kind === 'map') {
    return mapEntries(as).map(([name, { keyStart }]) => ({ name, offset: keyStart }));
  }
  const named = [as, ...listItems(as)].flatMap((node) => {
    const scalar = stringScalar(node);
    return scalar ? [{ name: scalar.value, offset: scalar.start }] : [];
  });
  return as === undefined ? ownVariables(source) : named;
}

function ownVariables(source: SourceNode): readonly SourceVariable[] {
  const offset = source.start;
  const from = kindOf(source);
  if (from === 'sitemap' || from === 'access_log') {
    return OWN_VARIABLES[from].map((name) => ({ name, offset }));
  }
  const keys = stringScalar(nodeAt(source, ['keys']));
  if (from !== 'redis' || !keys) return [];
  try {
    return parseCapture(keys.value).names.map((name) => ({ name, offset: keys.start }));
  } catch {
    return [];
  }
}

/**
 * What is wrong inside one source beyond its shape.
 * @param baseUrl the origin's, where the file has one
 */
export function checkSource(
  source: SourceNode,
  baseUrl: string | undefined,
  check: ExpressionCheck,
): readonly Finding[] {
  switch (kindOf(source)) {
    case 'range':
      return [...checkRange(source), ...checkNames(source)];
    case 'inline':
      return [...checkNames(source), ...checkAs(source, check)];
    case 'file':
      return [...checkNames(source), ...checkAs(source, check), ...checkFile(source, check)];
    case 'http':
      return [
        ...checkNames(source),
        ...checkAs(source, check),
        ...checkPath(source, baseUrl),
        ...checkExpression(nodeAt(source, ['select']), check),
        ...checkPages(source, check),
      ];
    case 'redis':
      return [...checkNames(source), ...checkAs(source, check), ...checkRedis(source)];
    case 'sitemap':
      return [
        ...checkNames(source),
        ...checkAs(source, check),
        ...checkPath(source, baseUrl),
        ...checkBase(source),
      ];
    case 'access_log':
      return [...checkNames(source), ...checkAs(source, check)];
    default:
      return [];
  }
}

/** Stdin can be read once: a second source that wants it would find nothing. */
export function checkStdin(root: SourceNode): readonly Finding[] {
  const readers = mapEntries(nodeAt(root, ['scopes']))
    .flatMap(([, { node }]) => listItems(nodeAt(node, ['entries'])))
    .flatMap(sourceNodes)
    .filter((source) => kindOf(source) === 'file')
    .flatMap((source) => stringScalar(nodeAt(source, ['path'])) ?? [])
    .filter(({ value }) => value === '-');
  const [first, ...others] = readers;
  return others.map(({ start }) => ({
    offset: start,
    message: `stdin can be read only once, and line ${first?.line ?? 0} reads it already`,
  }));
}

function kindOf(source: SourceNode): string | undefined {
  return stringScalar(nodeAt(source, ['from']))?.value;
}

function checkNames(source: SourceNode): readonly Finding[] {
  return sourceVariables(source).flatMap(({ name, offset }) =>
    VARIABLE_NAME.test(name)
      ? []
      : [{ offset, message: 'a variable is named with letters, digits, _ and -' }],
  );
}

function checkAs(source: SourceNode, check: ExpressionCheck): readonly Finding[] {
  const as = nodeAt(source, ['as']);
  const found = mapEntries(as).flatMap(([, { node }]) => checkExpression(node, check));
  if (as?.kind === 'map' && as.entries.size === 0) {
    found.push({ offset: as.start, message: 'expected at least one variable' });
  }
  return found;
}

function checkPath(source: SourceNode, baseUrl: string | undefined): readonly Finding[] {
  const path = stringScalar(nodeAt(source, ['path']));
  const problem = path && requestPathProblem(path.value, baseUrl);
  return problem ? [{ offset: path.start, ...problem }] : [];
}

function checkBase(source: SourceNode): readonly Finding[] {
  const base = stringScalar(nodeAt(source, ['base']));
  const problem = base && originUrlProblem(base.value);
  return problem ? [{ offset: base.start, ...problem }] : [];
}

function checkFile(source: SourceNode, check: ExpressionCheck): readonly Finding[] {
  const path = stringScalar(nodeAt(source, ['path']));
  const format = stringScalar(nodeAt(source, ['format']))?.value ?? guessFormat(path?.value ?? '');
  const select = nodeAt(source, ['select']);
  const as = nodeAt(source, ['as']);
  const findings: Finding[] = [...checkExpression(select, check)];
  if (select && format !== 'json') {
    findings.push({
      offset: keyOffsetAt(source, ['select']),
      message: `\`select\` is for JSON files, and this one is read as ${format}`,
      suggestion: 'say `format: json`',
    });
  }
  if (as && as.kind !== 'scalar' && format === 'lines') {
    findings.push({
      offset: as.start,
      message: 'a line is one value: `as` names one variable',
      suggestion: 'say `format: csv`, `json` or `ndjson` where it is something else',
    });
  }
  if (path?.value === '') findings.push({ offset: path.start, message: 'expected the path of a file' });
  return findings;
}

function checkPages(source: SourceNode, check: ExpressionCheck): readonly Finding[] {
  const pages = nodeAt(source, ['pages']);
  if (pages?.kind !== 'map') return [];
  const findings = exactlyOne(pages, ['next', 'param', 'link_header']);
  const header = nodeAt(pages, ['link_header']);
  if (header?.kind === 'scalar' && header.text === 'false') {
    findings.push({ offset: header.start, message: '`link_header` is true, or not there' });
  }
  const start = nodeAt(pages, ['start']);
  if (start && !nodeAt(pages, ['param'])) {
    findings.push({ offset: keyOffsetAt(pages, ['start']), message: '`start` is the first page of `param`' });
  }
  const param = stringScalar(nodeAt(pages, ['param']));
  if (param?.value === '')
    findings.push({ offset: param.start, message: 'expected the name of a parameter' });
  return [...findings, ...checkExpression(nodeAt(pages, ['next']), check)];
}

function checkRedis(source: SourceNode): readonly Finding[] {
  const findings = exactlyOne(source, ['set', 'sorted_set', 'hash', 'keys']);
  const keys = stringScalar(nodeAt(source, ['keys']));
  const as = nodeAt(source, ['as']);
  if (keys) findings.push(...checkCapture(keys.value, keys.textStart, keys.start));
  if (keys && as) {
    findings.push({
      offset: keyOffsetAt(source, ['as']),
      message: 'the captures of `keys` are the variables, so there is no `as`',
    });
  }
  if (!keys && !as) findings.push({ offset: source.start, message: 'missing key `as`' });
  if (nodeAt(source, ['top']) && !nodeAt(source, ['sorted_set'])) {
    findings.push({ offset: keyOffsetAt(source, ['top']), message: '`top` is for a sorted set' });
  }
  return findings;
}

function checkCapture(pattern: string, textStart: number | undefined, start: number): readonly Finding[] {
  try {
    parseCapture(pattern);
    return [];
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return [{ offset: textStart === undefined ? start : textStart + error.offset, message: error.message }];
  }
}

function exactlyOne(map: SourceNode, keys: readonly string[]): Finding[] {
  const given = keys.filter((key) => nodeAt(map, [key]));
  const list = keys.map((key) => `\`${key}\``).join(', ');
  const second = given[1];
  if (given.length === 0) return [{ offset: map.start, message: `expected one of ${list}` }];
  if (second === undefined) return [];
  return [{ offset: keyOffsetAt(map, [second]), message: `only one of ${list} can be given` }];
}

function checkRange(source: SourceNode): readonly Finding[] {
  const start = wholeNumberAt(source, 'start');
  const end = wholeNumberAt(source, 'end');
  const stepNode = nodeAt(source, ['step']);
  const step = stepNode ? wholeNumberAt(source, 'step') : 1;
  if (step === 0 && stepNode)
    return [{ offset: stepNode.start, message: 'a step of 0 never reaches the end' }];
  if (start === undefined || end === undefined || step === undefined) return [];
  if (start === end || end > start === step > 0) return [];
  const place = stepNode ?? nodeAt(source, ['end']);
  return place
    ? [{ offset: place.start, message: `a step of ${step} never gets from ${start} to ${end}` }]
    : [];
}

function wholeNumberAt(source: SourceNode, key: string): number | undefined {
  const node = nodeAt(source, [key]);
  if (node?.kind !== 'scalar' || node.unresolved || node.value === null || node.text === '') return undefined;
  const number = Number(node.value);
  return Number.isSafeInteger(number) ? number : undefined;
}

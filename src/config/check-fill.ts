import type { ExpressionCheck } from '../text/expression.ts';
import { parseBytes } from '../units/bytes.ts';
import { checkExpression } from './check-expression.ts';
import type { Finding } from './finding.ts';
import { keyOffsetAt, listItems, mapEntries, nodeAt, stringScalar, type SourceNode } from './source-tree.ts';
import { readTtlSeconds } from './ttl.ts';

/** Keys that mean something only where the entry stores the answer itself. */
const STORE_ONLY = ['value', 'select', 'keep_headers', 'compress', 'compress_above', 'serializer'];
/** Keys that mean something only where the application stores it. */
const TOUCH_ONLY = ['expect_keys', 'expect_ttl', 'certify_header'];

/**
 * What is wrong in how an entry is filled: keys that contradict each other, expressions that cannot be read.
 * @param checkSyntax for JMESPath and JSONPath
 */
export function checkFill(entry: SourceNode, checkSyntax: ExpressionCheck): readonly Finding[] {
  const mode = stringScalar(nodeAt(entry, ['mode']))?.value ?? 'store';
  const value = stringScalar(nodeAt(entry, ['value']))?.value ?? 'body';
  const meaningless = mode === 'touch' ? STORE_ONLY : TOUCH_ONLY;
  const findings: Finding[] = meaningless.flatMap((key) =>
    nodeAt(entry, [key]) === undefined
      ? []
      : [
          {
            offset: keyOffsetAt(entry, [key]),
            message:
              mode === 'touch'
                ? `\`${key}\` is about storing the answer, and \`mode: touch\` stores nothing`
                : `\`${key}\` means something only with \`mode: touch\``,
          },
        ],
  );
  const needs = (key: string, holds: boolean, message: string): void => {
    if (nodeAt(entry, [key]) !== undefined && !holds && !meaningless.includes(key))
      findings.push({ offset: keyOffsetAt(entry, [key]), message });
  };
  needs('select', value === 'json', '`select` takes a part of a JSON answer: add `value: json`');
  needs('keep_headers', value === 'envelope', 'only an envelope keeps headers: add `value: envelope`');
  needs('compress_above', nodeAt(entry, ['compress']) !== undefined, '`compress` says how; it is missing');
  return [
    ...findings,
    ...checkExpression(nodeAt(entry, ['select']), checkSyntax),
    ...checkExpression(nodeAt(entry, ['check', 'json_path']), checkSyntax),
    ...checkRegex(nodeAt(entry, ['check', 'matches'])),
    ...checkStatuses(nodeAt(entry, ['check', 'status'])),
    ...checkBounds(nodeAt(entry, ['check']), 'min_bytes', 'max_bytes', (size) => parseBytes(String(size))),
    ...checkRange(nodeAt(entry, ['expect_ttl'])),
    ...checkBounds(nodeAt(entry, ['expect_ttl']), 'min', 'max', readTtlSeconds),
  ];
}

function checkRegex(node: SourceNode | undefined): readonly Finding[] {
  const expression = stringScalar(node);
  if (!expression) return [];
  try {
    new RegExp(expression.value, 'u');
    return [];
  } catch (error) {
    const cause = error instanceof Error ? error.message.replace(/^.*: /s, '') : '';
    return [{ offset: expression.start, message: `this is not a regular expression: ${cause}` }];
  }
}

function checkStatuses(node: SourceNode | undefined): readonly Finding[] {
  return listItems(node).flatMap((item) =>
    item.kind === 'scalar' && Number(item.value) > 599
      ? [{ offset: item.start, message: 'a status is a number from 100 to 599' }]
      : [],
  );
}

function checkRange(node: SourceNode | undefined): readonly Finding[] {
  if (node === undefined || mapEntries(node).length > 0) return [];
  return [{ offset: node.start, message: 'expected `min`, `max` or both' }];
}

/** Two bounds between which there is nothing, whatever comes. */
function checkBounds(
  node: SourceNode | undefined,
  least: string,
  most: string,
  read: (written: string | number) => number | undefined,
): readonly Finding[] {
  const boundAt = (key: string): number | undefined => {
    const bound = nodeAt(node, [key]);
    if (bound?.kind !== 'scalar' || bound.unresolved) return undefined;
    return typeof bound.value === 'string' || typeof bound.value === 'number' ? read(bound.value) : undefined;
  };
  const [from, to] = [boundAt(least), boundAt(most)];
  if (node === undefined || from === undefined || to === undefined || from <= to) return [];
  return [{ offset: keyOffsetAt(node, [most]), message: `\`${most}\` is less than \`${least}\`` }];
}

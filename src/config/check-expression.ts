import { expressionLanguage, type ExpressionCheck } from '../text/expression.ts';
import type { Finding } from './finding.ts';
import { stringScalar, type SourceNode } from './source-tree.ts';

/** What is wrong with an expression of the spec file, in JMESPath or JSONPath. */
export function checkExpression(node: SourceNode | undefined, check: ExpressionCheck): Finding[] {
  const scalar = stringScalar(node);
  if (!scalar) return [];
  const language = expressionLanguage(scalar.value);
  if (scalar.value.trim() === '') {
    return [{ offset: scalar.start, message: 'expected a JMESPath or JSONPath expression, found nothing' }];
  }
  const problem = check(scalar.value);
  if (problem === undefined) return [];
  return [
    {
      offset: scalar.textStart === undefined ? scalar.start : scalar.textStart + problem.offset,
      message: `this is not a ${language} expression: ${problem.message}`,
      suggestion:
        language === 'JMESPath'
          ? 'an expression is like results[*].id, see https://jmespath.org'
          : 'an expression is like $.results[*].id, see RFC 9535',
    },
  ];
}

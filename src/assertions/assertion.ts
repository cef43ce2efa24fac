import { UsageError } from '../cli/errors.ts';
import { findMetric, type NamedMetric, type Vocabulary } from './vocabulary.ts';
import { parseWanted, type Wanted } from './wanted.ts';

/** The operators of the language, with what they mean. */
export const OPERATORS = {
  '>=': (measured: number, wanted: number) => measured >= wanted,
  '<=': (measured: number, wanted: number) => measured <= wanted,
  '==': (measured: number, wanted: number) => measured === wanted,
  '!=': (measured: number, wanted: number) => measured !== wanted,
  '>': (measured: number, wanted: number) => measured > wanted,
  '<': (measured: number, wanted: number) => measured < wanted,
} as const;

/** How a measured number compares with the wanted one. */
export type Operator = keyof typeof OPERATORS;

/** A condition on one metric: `hit_rate >= 80`, `users.hit_rate >= baseline - 5`. */
export interface Assertion {
  /** As it was written, with single blanks. */
  readonly text: string;
  readonly metric: NamedMetric;
  readonly operator: Operator;
  readonly wanted: Wanted;
}

const FORM_HINT = "write a metric, an operator (>= <= > < == !=) and a number: 'hit_rate >= 80'";

/**
 * Reads `metric operator wanted`. What may be wanted, {@link parseWanted} tells.
 * @param where what an error names as the place of the text: a flag, or a line of a file
 * @throws UsageError for another form, an unknown metric or a unit of something else
 */
export function parseAssertion(text: string, vocabulary: Vocabulary, where = '--assert'): Assertion {
  const match = /^("[^"]*"\.\w+|[^\s<>=!]+)\s*([<>=!]+)\s*(.*)$/s.exec(text.trim());
  const [, name = '', symbol = '', wanted = ''] = match ?? [];
  if (!match || wanted === '') throw new UsageError(`${where} cannot read "${text}"`, { hint: FORM_HINT });
  const subject = `${where} "${text}"`;
  if (!isOperator(symbol)) {
    throw new UsageError(`${subject}: "${symbol}" is not an operator`, {
      hint: symbol === '=' ? 'equality is written ==' : 'the operators are >= <= > < == !=',
    });
  }
  const metric = findMetric(name, vocabulary, subject);
  return {
    text: `${name} ${symbol} ${wanted.replaceAll(/\s+/g, ' ')}`,
    metric,
    operator: symbol,
    wanted: parseWanted(wanted, metric, vocabulary, subject),
  };
}

function isOperator(symbol: string): symbol is Operator {
  return Object.hasOwn(OPERATORS, symbol);
}

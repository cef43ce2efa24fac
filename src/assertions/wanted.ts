import { UsageError } from '../cli/errors.ts';
import { plain, UNITS } from './unit.ts';
import { findMetric, type NamedMetric, type Vocabulary } from './vocabulary.ts';

/** The right-hand side of an assertion. */
export type Wanted =
  | { readonly kind: 'amount'; readonly amount: number }
  | {
      readonly kind: 'derived';
      /** Of what: another metric, or the asserted metric itself in the earlier measurement. */
      readonly of: NamedMetric | 'baseline';
      readonly factor: number;
      /** Added after that, in the asserted metric's unit. */
      readonly offset: number;
    };

/**
 * Reads an amount (`80%`, `512MB`, `50ms`), `80% of maxmemory`, `misses * 4`, or `baseline` with as much more
 * or less: `baseline - 5`, `baseline * 1.1`, `baseline + 10%`.
 * @param subject what an error starts with
 * @throws UsageError
 */
export function parseWanted(
  text: string,
  metric: NamedMetric,
  vocabulary: Vocabulary,
  subject: string,
): Wanted {
  const share = /^(\d+(?:\.\d+)?)\s*%\s*of\s+(\S+)$/.exec(text);
  if (share !== null) {
    const [, percent = '', name = ''] = share;
    return { kind: 'derived', of: source(name), factor: Number(percent) / 100, offset: 0 };
  }
  const sum = /^("[^"]*"\.\w+|[a-z_][^\s*+]*?)(?:\s*(\*|\+|\s-)\s*(.+))?$/i.exec(text);
  if (sum === null) return { kind: 'amount', amount: parseAmount(text, metric, subject) };
  const [, name = '', sign, operand = ''] = sum;
  const of = source(name);
  if (sign === undefined) return { kind: 'derived', of, factor: 1, offset: 0 };
  if (sign === '*') {
    const factor = plain(operand);
    if (factor === undefined) {
      throw new UsageError(`${subject}: "${operand}" is not a factor`, { hint: `write ${name} * 1.1` });
    }
    return { kind: 'derived', of, factor, offset: 0 };
  }
  const direction = sign === '+' ? 1 : -1;
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(operand)?.[1];
  // Of a percentage, 5% more are 5 points, as everybody who writes it means it; of anything else, a share.
  if (percent !== undefined && metric.unit !== 'percent') {
    return { kind: 'derived', of, factor: 1 + (direction * Number(percent)) / 100, offset: 0 };
  }
  return { kind: 'derived', of, factor: 1, offset: direction * amountIn(operand, metric, subject) };

  function source(named: string): NamedMetric | 'baseline' {
    if (named === 'baseline') {
      if (vocabulary.hasBaseline) return named;
      throw new UsageError(`${subject}: there is no baseline to compare with`, {
        hint: vocabulary.baselineHint,
      });
    }
    const other = findMetric(named, vocabulary, subject);
    if (UNITS[other.unit].is !== UNITS[metric.unit].is) {
      throw new UsageError(
        `${subject}: ${metric.written} is ${UNITS[metric.unit].is}, and ${other.written} ${UNITS[other.unit].is}`,
      );
    }
    return other;
  }
}

function parseAmount(text: string, metric: NamedMetric, subject: string): number {
  const amount = amountIn(text, metric, subject);
  if (metric.unit !== 'percent') return amount;
  if (amount > 100) throw new UsageError(`${subject}: a percentage goes from 0 to 100`);
  // 0.8 is meant as 80 % so much more often than as 0.8 % that a gate must not silently always be open.
  if (amount > 0 && amount < 1 && !text.endsWith('%')) {
    throw new UsageError(`${subject}: ${metric.written} is in percent, and ${text} reads like a fraction`, {
      hint: `write ${Number((amount * 100).toFixed(6))} for that fraction, or ${text}% if you mean it`,
    });
  }
  return amount;
}

function amountIn(text: string, metric: NamedMetric, subject: string): number {
  const { parse, is, form } = UNITS[metric.unit];
  const amount = parse(text);
  if (amount === undefined) {
    throw new UsageError(`${subject}: ${metric.written} is ${is}, and "${text}" is not one`, {
      hint: `write ${form}`,
    });
  }
  return amount;
}

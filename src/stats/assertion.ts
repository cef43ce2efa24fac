import { UsageError } from '../cli/errors.ts';
import { nearest } from '../text/nearest.ts';
import { BYTES_FORM, parseBytes } from '../units/bytes.ts';
import { DURATION_FORM, parseDurationMs } from '../units/duration.ts';
import type { Figures } from './figures.ts';
import { formatMetric, METRICS, type Metric, type MetricUnit } from './metrics.ts';

/** The operators of the language, with what they mean. */
const OPERATORS = {
  '>=': (measured: number, wanted: number) => measured >= wanted,
  '<=': (measured: number, wanted: number) => measured <= wanted,
  '==': (measured: number, wanted: number) => measured === wanted,
  '!=': (measured: number, wanted: number) => measured !== wanted,
  '>': (measured: number, wanted: number) => measured > wanted,
  '<': (measured: number, wanted: number) => measured < wanted,
} as const;

/** How a measured number compares with the wanted one. */
export type Operator = keyof typeof OPERATORS;

/** A condition on one metric: `hit_rate >= 80`. */
export interface Assertion {
  /** As it was written, with single blanks. */
  readonly text: string;
  readonly metric: Metric;
  readonly operator: Operator;
  /** In the metric's unit. */
  readonly wanted: number;
}

/** What became of an assertion. */
export interface Verdict {
  readonly assertion: Assertion;
  /** In the metric's unit; `null` where there is no data, which fails. */
  readonly measured: number | null;
  readonly pass: boolean;
}

const FORM_HINT = "write a metric, an operator (>= <= > < == !=) and a number: 'hit_rate >= 80'";

/**
 * Reads `metric operator number`, the number with a unit that suits the metric or with none.
 * @throws UsageError for another form, an unknown metric or a unit of something else
 */
export function parseAssertion(text: string): Assertion {
  const match = /^([^\s<>=!]+)\s*([<>=!]+)\s*(.*)$/s.exec(text.trim());
  const [, name = '', symbol = '', number = ''] = match ?? [];
  if (!match || number === '') throw new UsageError(`--assert cannot read "${text}"`, { hint: FORM_HINT });
  if (!isOperator(symbol)) {
    throw new UsageError(`--assert "${text}": "${symbol}" is not an operator`, {
      hint: symbol === '=' ? 'equality is written ==' : 'the operators are >= <= > < == !=',
    });
  }
  const metric = findMetric(name, text);
  return {
    text: `${name} ${symbol} ${number}`,
    metric,
    operator: symbol,
    wanted: parseWanted(metric, number, text),
  };
}

/** Compares with what was measured. The numbers are the reported ones: what is printed is what is judged. */
export function evaluateAssertion(assertion: Assertion, figures: Figures): Verdict {
  const measured = assertion.metric.read(figures);
  return {
    assertion,
    measured,
    pass: measured !== null && OPERATORS[assertion.operator](measured, assertion.wanted),
  };
}

/** The measured number as a verdict's line has it: percent as plain as the assertion is usually written. */
export function measuredText({ assertion, measured }: Verdict): string {
  if (measured === null) return 'no data';
  return assertion.metric.unit === 'percent' ? measured.toFixed(1) : formatMetric(assertion.metric, measured);
}

function isOperator(symbol: string): symbol is Operator {
  return Object.hasOwn(OPERATORS, symbol);
}

function findMetric(name: string, text: string): Metric {
  const metric = METRICS.find((candidate) => candidate.name === name || candidate.jsonName === name);
  if (metric !== undefined) return metric;
  const names = METRICS.map((candidate) => candidate.name);
  const guess = nearest(name, names);
  const list = `the metrics are ${names.join(', ')}`;
  throw new UsageError(`--assert "${text}": there is no metric "${name}"`, {
    hint: guess === undefined ? list : `did you mean ${guess}? ${list}`,
  });
}

/** For each unit: how a number of it is read, what it is called, and what to write instead of a wrong one. */
const NUMBERS: Readonly<
  Record<
    MetricUnit,
    { readonly parse: (text: string) => number | undefined; readonly is: string; readonly form: string }
  >
> = {
  percent: { parse: (text) => plain(text.replace(/\s*%$/, '')), is: 'a percentage', form: '80 or 80%' },
  count: { parse: plain, is: 'a count', form: 'a plain number such as 0 or 1000' },
  bytes: { parse: parseBytes, is: 'a size', form: BYTES_FORM },
  seconds: { parse: parseSeconds, is: 'a duration', form: DURATION_FORM },
  per_second: {
    parse: (text) => plain(text.replace(/\s*\/\s*s$/, '')),
    is: 'a rate',
    form: 'a plain number such as 1000, or 1000/s',
  },
};

function parseWanted(metric: Metric, number: string, text: string): number {
  const { parse, is, form } = NUMBERS[metric.unit];
  const wanted = parse(number);
  if (wanted === undefined) {
    throw new UsageError(`--assert "${text}": ${metric.name} is ${is}, and "${number}" is not one`, {
      hint: `write ${form}`,
    });
  }
  if (metric.unit !== 'percent') return wanted;
  if (wanted > 100) throw new UsageError(`--assert "${text}": a percentage goes from 0 to 100`);
  // 0.8 is meant as 80 % so much more often than as 0.8 % that a gate must not silently always be open.
  if (wanted > 0 && wanted < 1 && !number.endsWith('%')) {
    throw new UsageError(
      `--assert "${text}": ${metric.name} is in percent, and ${number} reads like a fraction`,
      {
        hint: `write ${Number((wanted * 100).toFixed(6))} for that fraction, or ${number}% if you mean it`,
      },
    );
  }
  return wanted;
}

function plain(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function parseSeconds(text: string): number | undefined {
  const ms = parseDurationMs(text.replace(/(?<=[a-z])\s+(?=\d)/g, ''));
  return ms === undefined ? undefined : ms / 1_000;
}

import { BYTES_FORM, formatBytes, parseBytes } from '../units/bytes.ts';
import { DURATION_FORM, formatDurationMs, parseDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';

/** What a metric is counted in. Percentages are from 0 to 100; a factor is how many times as much. */
export type MetricUnit = 'percent' | 'count' | 'bytes' | 'seconds' | 'milliseconds' | 'per_second' | 'factor';

/** How amounts of one unit are read and written. */
export interface UnitLanguage {
  /** An amount as people write it, in the unit; `undefined` where the text is none. */
  readonly parse: (text: string) => number | undefined;
  /** What an amount of it is called in a message: `a size`. */
  readonly is: string;
  /** What to write instead of a wrong one. */
  readonly form: string;
  /** An amount for people; it may be negative. */
  readonly format: (value: number) => string;
  /** The same with all its digits: for two amounts that would look alike. */
  readonly exact: (value: number) => string;
}

/** Every unit. A number without a unit is always in the metric's own. */
export const UNITS: Readonly<Record<MetricUnit, UnitLanguage>> = {
  percent: {
    parse: (text) => plain(text.replace(/\s*%$/, '')),
    is: 'a percentage',
    form: '80 or 80%',
    format: (value) => `${value.toFixed(1)}%`,
    exact: digits,
  },
  count: {
    parse: plain,
    is: 'a count',
    form: 'a plain number such as 0 or 1000',
    format: signed(formatCount),
    exact: digits,
  },
  bytes: {
    parse: parseBytes,
    is: 'a size',
    form: BYTES_FORM,
    format: signed(formatBytes),
    exact: (value) => `${formatCount(value)} bytes`,
  },
  seconds: {
    parse: (text) => inSeconds(parseDuration(text)),
    is: 'a duration',
    form: DURATION_FORM,
    format: signed((value) => (value < 1 ? '0 s' : formatDurationMs(value * 1_000))),
    exact: (value) => `${digits(value)} s`,
  },
  milliseconds: {
    // Latencies are in milliseconds everywhere else, so a bare number is, too.
    parse: (text) => plain(text) ?? parseDuration(text),
    is: 'a duration',
    form: DURATION_FORM,
    format: signed(formatDurationMs),
    exact: (value) => `${digits(value)} ms`,
  },
  per_second: {
    parse: (text) => plain(text.replace(/\s*\/\s*s$/, '')),
    is: 'a rate',
    form: 'a plain number such as 1000, or 1000/s',
    format: signed((value) =>
      value < 100 && !Number.isInteger(value) ? value.toFixed(1) : formatCount(value),
    ),
    exact: digits,
  },
  factor: {
    parse: (text) => plain(text.replace(/\s*x$/, '')),
    is: 'a factor',
    form: '3 or 3x',
    format: (value) => `${value.toFixed(1)}x`,
    exact: (value) => `${digits(value)}x`,
  },
};

/** All digits that a report has, without what arithmetic adds to them (`55.00000000000001`). */
function digits(value: number): string {
  return String(Number(value.toFixed(6)));
}

/** A plain number without sign or exponent: what every unit understands. */
export function plain(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function parseDuration(text: string): number | undefined {
  return parseDurationMs(text.replace(/(?<=[a-z])\s+(?=\d)/g, ''));
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

function signed(format: (value: number) => string): (value: number) => string {
  return (value) => (value < 0 ? `-${format(-value)}` : format(value));
}

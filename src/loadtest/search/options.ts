import type { Assertion } from '../../assertions/assertion.ts';
import { UsageError } from '../../cli/errors.ts';
import type { Input } from '../../cli/input.ts';
import { parseGate } from '../gate/gate.ts';
import type { RateSearch } from './find-rate.ts';

/** The highest rate at which conditions still hold is wanted. */
export interface SearchOptions {
  readonly conditions: readonly Assertion[];
  readonly rates: RateSearch;
  /** Of one run. */
  readonly durationMs: number;
}

const DEFAULT_FIRST = 100;
const DEFAULT_REPEAT = 3;
const DEFAULT_DURATION_MS = 5_000;
/** More than one process plans in time. */
const MOST = 200_000;
const PRECISION = 0.05;

/** @throws UsageError where a condition cannot be read, or another flag contradicts the search */
export function parseSearch(input: Input): SearchOptions | undefined {
  if (!input.has('search')) return undefined;
  const other = ['assert', 'baseline', 'stages', 'requests', 'export', 'compare', 'redis', 'report'].find(
    (flag) => input.has(flag),
  );
  if (other !== undefined) {
    throw new UsageError(`--search tries one rate after the other, and has no use for --${other}`);
  }
  return {
    conditions: parseGate(input.texts('search'), 'load', false, '--search'),
    rates: {
      first: input.ratePerSecond('rate') ?? DEFAULT_FIRST,
      most: MOST,
      precision: PRECISION,
      repeat: input.wholeNumber('repeat', { min: 1, max: 100 }) ?? DEFAULT_REPEAT,
    },
    durationMs: input.waitMs('duration') ?? DEFAULT_DURATION_MS,
  };
}

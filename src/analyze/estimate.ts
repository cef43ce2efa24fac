import type { Figures } from './figures.ts';

/** How what was looked at relates to the whole. */
export interface Scale {
  /** Keys that were looked at. */
  readonly looked: number;
  /** Keys that there are. */
  readonly all: number;
  readonly isSample: boolean;
}

/** A number about the whole, with the bounds of its 95 % confidence interval; both are the number itself where everything was looked at. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Of a normal distribution, 95 % lie within so many standard deviations. */
const Z = 1.96;

function exactly(value: number): Estimate {
  return { value, low: value, high: value };
}

/**
 * How many keys of a kind there are, from how many of those looked at. Wilson's interval, which holds for few keys
 * as well, with the correction for a sample that is a good part of the whole.
 */
export function estimateKeys(found: number, { looked, all, isSample }: Scale): Estimate {
  if (!isSample || looked === 0 || looked >= all) return exactly(found);
  const part = found / looked;
  // The larger the part of the whole, the less is left to chance.
  const size = (looked * (all - 1)) / (all - looked);
  const squared = Z * Z;
  const middle = (part + squared / (2 * size)) / (1 + squared / size);
  const reach =
    (Z / (1 + squared / size)) * Math.sqrt((part * (1 - part)) / size + squared / (4 * size * size));
  return bounded(part * all, (middle - reach) * all, (middle + reach) * all, found);
}

/** How much memory keys of a kind take, from those looked at; keys of other kinds count as 0. */
export function estimateBytes(
  { bytes, squaredBytes }: Pick<Figures, 'bytes' | 'squaredBytes'>,
  { looked, all, isSample }: Scale,
): Estimate {
  if (!isSample || looked === 0 || looked >= all) return exactly(bytes);
  // One key tells nothing of how much others differ: as much as it is large is no better guess, but not "by nothing".
  const variance =
    looked === 1 ? squaredBytes : Math.max(0, squaredBytes - (bytes * bytes) / looked) / (looked - 1);
  const reach = Z * all * Math.sqrt((variance / looked) * (1 - looked / all));
  const value = (bytes / looked) * all;
  return bounded(value, value - reach, value + reach, bytes);
}

/** Whole numbers; what was seen is there. */
function bounded(value: number, low: number, high: number, seen: number): Estimate {
  return {
    value: Math.round(value),
    low: Math.round(Math.max(seen, low)),
    high: Math.round(Math.max(seen, high)),
  };
}

import type { Histogram } from '../../histogram/histogram.ts';

/** Steps for each halving of the distance to 100 %, as HdrHistogram's own printing has it by default. */
const STEPS_PER_HALVING = 5;
/** Nobody measures more requests than this can tell apart; ever smaller steps would never reach 100. */
const LAST_TARGET = 100 - 1e-9;

/**
 * The percentiles as HdrHistogram prints them (`outputPercentileDistribution`): what its plotter and other tools
 * read. Values are in milliseconds.
 */
export function renderHdr(histogram: Histogram): string {
  const lines = ['       Value     Percentile TotalCount 1/(1-Percentile)', ''];
  const total = histogram.count;
  let target = 0;
  let seen = 0;
  for (const { ms, count } of histogram.buckets()) {
    seen += count;
    const reached = (seen / total) * 100;
    // One line for a value, at the last percentile that it reaches.
    if (reached < target) continue;
    lines.push(row(ms, seen / total, seen));
    while (target <= reached && target < LAST_TARGET) target = nextTarget(target);
  }
  lines.push(
    `#[Mean    = ${fixed(histogram.mean ?? 0)}, StdDeviation   = ${fixed(histogram.deviation ?? 0)}]`,
    `#[Max     = ${fixed(histogram.max ?? 0)}, Total count    = ${String(total).padStart(12)}]`,
    '#[Buckets =           52, SubBuckets     =         1024]',
  );
  return lines.join('\n');
}

function nextTarget(percent: number): number {
  const halvings = Math.trunc(Math.log2(100 / (100 - percent))) + 1;
  return percent + 100 / (STEPS_PER_HALVING * 2 ** halvings);
}

function row(ms: number, fraction: number, count: number): string {
  const inverse = fraction >= 1 ? '' : ` ${(1 / (1 - fraction)).toFixed(2).padStart(14)}`;
  return `${fixed(ms)} ${fraction.toFixed(12)} ${String(count).padStart(10)}${inverse}`;
}

function fixed(value: number): string {
  return value.toFixed(3).padStart(12);
}

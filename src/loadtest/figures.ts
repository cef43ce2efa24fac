import { formatDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';

/** What stands where there is no figure. */
export const NO_FIGURE = '-';

/** A latency for people. */
export function formatLatency(ms: number | undefined): string {
  return ms === undefined ? NO_FIGURE : formatDurationMs(ms);
}

/** A percentage with one decimal. What is not quite everything is not told as 100.0%. */
export function formatImprovement(percent: number | undefined): string {
  if (percent === undefined) return NO_FIGURE;
  if (percent < 100 && percent >= 99.95) return '>99.9%';
  const text = percent.toFixed(1);
  return `${text === '-0.0' ? '0.0' : text}%`;
}

/** A mean with at most one decimal. */
export function formatMean(mean: number | undefined): string {
  if (mean === undefined) return NO_FIGURE;
  return mean >= 1_000 ? formatCount(mean) : mean.toFixed(1).replace(/\.0$/, '');
}

/** Requests a second: whole ones, below ten with one decimal. */
export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined) return NO_FIGURE;
  return perSecond < 10 ? formatMean(perSecond) : formatCount(perSecond);
}

/** How many times: whole ones, below ten with one decimal. */
export function formatTimes(ratio: number): string {
  return formatRate(ratio);
}

/** A figure as reports have it: to a thousandth, because what is beyond says nothing; null where there is none. */
export function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 1_000) / 1_000;
}

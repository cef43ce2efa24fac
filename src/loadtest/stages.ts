import { UsageError } from '../cli/errors.ts';
import { parseDurationMs } from '../units/duration.ts';
import { meantRate, parseRate } from '../units/rate.ts';
import type { RateStage } from './engine/arrivals.ts';

const STAGES_FORM = "stages are DURATION:RATE, one after the other: '30s:100/s,1m:500/s,10s:0'";

/**
 * Reads `30s:100/s,1m:500/s,10s:0`: within each stage the rate changes evenly from the one before to its own.
 * @param fromPerSecond where the first stage begins
 * @throws UsageError naming the stage that cannot be read
 */
export function parseStages(text: string, fromPerSecond: number): readonly RateStage[] {
  let from = fromPerSecond;
  const stages = text.split(',').map((part): RateStage => {
    const colon = part.indexOf(':');
    const durationMs = colon === -1 ? undefined : parseDurationMs(part.slice(0, colon));
    const rateText = part.slice(colon + 1).trim();
    if (durationMs === undefined || durationMs <= 0) {
      throw new UsageError(`--stages cannot read "${part.trim()}"`, { hint: STAGES_FORM });
    }
    const to = rateText === '0' ? 0 : parseRate(rateText);
    if (to === undefined) {
      const meant = meantRate(rateText);
      const question = meant === undefined ? '' : `did you mean ${part.slice(0, colon).trim()}:${meant}? `;
      throw new UsageError(`--stages cannot read the rate of "${part.trim()}"`, {
        hint: `${question}${STAGES_FORM}`,
      });
    }
    const stage = { durationMs, fromPerSecond: from, toPerSecond: to };
    from = to;
    return stage;
  });
  if (stages.every(({ fromPerSecond: a, toPerSecond: b }) => a + b === 0)) {
    throw new UsageError('--stages never has a rate above 0', { hint: STAGES_FORM });
  }
  return stages;
}

import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { parseRate, RATE_FORM } from '../units/rate.ts';
import { DEFAULT_MAX_LATENCY_MS } from './flags.ts';
import type { PaceLimits } from './pace.ts';

/** Reads the flags of `paceFlags`. @throws UsageError */
export function parsePace(input: Input): PaceLimits {
  const text = input.text('rate');
  const rate = text === undefined ? undefined : parseRate(text);
  if (text !== undefined && rate === undefined)
    throw new UsageError(`--rate takes ${RATE_FORM}, not "${text}"`);
  const isOff = input.text('max-latency') === 'off';
  const maxLatencyMs = isOff ? Infinity : (input.durationMs('max-latency') ?? DEFAULT_MAX_LATENCY_MS);
  return { rate, maxLatencyMs };
}

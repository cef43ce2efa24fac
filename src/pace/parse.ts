import type { Input } from '../cli/input.ts';
import { DEFAULT_MAX_LATENCY_MS } from './flags.ts';
import type { PaceLimits } from './pace.ts';

/** Reads the flags of `paceFlags`. @throws UsageError */
export function parsePace(input: Input): PaceLimits {
  const isOff = input.text('max-latency') === 'off';
  const maxLatencyMs = isOff ? Infinity : (input.durationMs('max-latency') ?? DEFAULT_MAX_LATENCY_MS);
  return { rate: input.ratePerSecond('rate'), maxLatencyMs };
}

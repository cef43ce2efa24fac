import { formatDurationMs } from '../../units/duration.ts';
import { formatPercent } from '../../units/number.ts';
import type { LoadReport } from './report.ts';

/** Above this a thread has no time left to notice answers as they come. */
const BUSY = 0.9;
/** Timers that are later than this make every figure later. */
const LATE_LOOP_MS = 20;
/** Requests that are sent later than this are not the load that was asked for. */
const LATE_START_MS = 10;

const SHORTEST_MS = 1_000;

/** Why the figures may be the generator's own and not the target's; empty where they are not. */
export function bottleneckLines({
  kind,
  generator,
  totals,
  workers,
}: Pick<LoadReport, 'kind' | 'generator' | 'totals' | 'workers'>): readonly string[] {
  // A moment's work is all start and no load.
  if (totals.durationMs < SHORTEST_MS) return [];
  const reasons: string[] = [];
  if (generator.utilization > BUSY)
    reasons.push(`it was busy ${formatPercent(generator.utilization)} of the time`);
  if (generator.loopDelayP99Ms > LATE_LOOP_MS) {
    reasons.push(`its timers were up to ${formatDurationMs(generator.loopDelayP99Ms)} late (p99)`);
  }
  const delay = totals.startDelay?.p99Ms ?? 0;
  if (delay > LATE_START_MS) reasons.push(`requests were sent up to ${formatDurationMs(delay)} late (p99)`);
  if (reasons.length === 0) return [];
  // Load on Redis itself comes from one thread.
  const advice = workers === 1 && kind === 'web' ? '; --workers auto uses more cores' : '';
  return [
    `the load generator itself was the bottleneck, and these figures are its own: ${reasons.join(', ')}${advice}`,
  ];
}

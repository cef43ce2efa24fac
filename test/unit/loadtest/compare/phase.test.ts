import { describe, expect, it } from 'vitest';
import { failureCount, mergeFigures, PhaseRecorder } from '../../../../src/loadtest/compare/phase.ts';

describe('merged phases', () => {
  it('have the percentiles of all their latencies, not the mean of percentiles', () => {
    const fast = new PhaseRecorder();
    for (let i = 0; i < 90; i++) fast.record({ kind: 'good', counted: 1 }, 1);
    const slow = new PhaseRecorder();
    for (let i = 0; i < 10; i++) slow.record({ kind: 'good', counted: 11 }, 100);
    slow.record({ kind: 'bad', cause: 'status 500' }, 5_000);
    slow.recordUnfinished();
    const merged = mergeFigures([fast.figures(90, false), slow.figures(1_000, true)]);
    expect(merged.latencies.percentile(50)).toBeCloseTo(1, 2);
    expect(merged.latencies.percentile(95)).toBeCloseTo(100, 0);
    expect(merged.latencies.max).toBe(100);
    expect(merged.counted).toEqual({ sum: 200, answers: 100 });
    expect([failureCount(merged), merged.unfinished, merged.durationMs, merged.gaveUp]).toEqual([
      1,
      1,
      1_090,
      true,
    ]);
  });
});

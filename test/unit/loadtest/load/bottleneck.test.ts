import { expect, it } from 'vitest';
import { bottleneckLines } from '../../../../src/loadtest/load/bottleneck.ts';
import type { LoadReport } from '../../../../src/loadtest/load/report.ts';

type Facts = Parameters<typeof bottleneckLines>[0];

function lines(facts: Partial<Omit<Facts, 'totals'>>, durationMs = 5_000): readonly string[] {
  const generator = { utilization: 0.3, loopDelayP99Ms: 1 };
  const totals = { durationMs, startDelay: undefined } as LoadReport['totals'];
  return bottleneckLines({ kind: 'web', workers: 1, generator, totals, ...facts });
}

const busy = { utilization: 0.97, loopDelayP99Ms: 30 };

it('is silent where the generator had time', () => {
  expect(lines({})).toEqual([]);
  expect(lines({ generator: busy }, 500)).toEqual([]);
});

it('says why the figures are its own, and what helps', () => {
  expect(lines({ generator: busy })).toEqual([
    'the load generator itself was the bottleneck, and these figures are its own: ' +
      'it was busy 97.0% of the time, its timers were up to 30 ms late (p99); --workers auto uses more cores',
  ]);
});

it('advises no more threads where there are several already, or may be but one', () => {
  expect(lines({ generator: busy, workers: 2 })[0]).not.toContain('--workers');
  expect(lines({ generator: busy, kind: 'redis' })[0]).not.toContain('--workers');
});

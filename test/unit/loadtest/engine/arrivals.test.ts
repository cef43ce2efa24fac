import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivals, plannedRequests, type RateStage } from '../../../../src/loadtest/engine/arrivals.ts';
import { seededRandom } from '../../../../src/loadtest/engine/random.ts';

const WHOLE = { index: 0, of: 1 };
const steady = (perSecond: number, durationMs: number): readonly RateStage[] => [
  { durationMs, fromPerSecond: perSecond, toPerSecond: perSecond },
];
const constant = (stages: readonly RateStage[], share = WHOLE): readonly number[] => [
  ...arrivals(stages, 'constant', share, seededRandom(1)),
];

describe('a constant rate', () => {
  it('is one request after the other at the same distance, the first one at once', () => {
    expect(constant(steady(4, 1_000))).toEqual([0, 250, 500, 750]);
  });

  it('is shared among threads without one request more or less', () => {
    const shares = [0, 1, 2].map((index) => constant(steady(10, 1_000), { index, of: 3 }));
    expect(shares.flat().sort((a, b) => a - b)).toEqual(constant(steady(10, 1_000)));
  });
});

describe('a rate that changes evenly', () => {
  it('is due where the area under it reaches whole numbers', () => {
    // From 0 to 10 a second within 2 s: n requests after sqrt(n / 10 * 4) s.
    const ramp = [{ durationMs: 2_000, fromPerSecond: 0, toPerSecond: 10 }];
    const due = constant(ramp);
    expect(due).toHaveLength(10);
    due.forEach((ms, n) => expect(ms).toBeCloseTo(Math.sqrt((n / 10) * 4) * 1_000, 6));
  });

  it('goes on from one stage to the next, and through zero', () => {
    const stages = [
      { durationMs: 1_000, fromPerSecond: 0, toPerSecond: 100 },
      { durationMs: 1_000, fromPerSecond: 100, toPerSecond: 0 },
      { durationMs: 1_000, fromPerSecond: 0, toPerSecond: 0 },
      { durationMs: 1_000, fromPerSecond: 50, toPerSecond: 50 },
    ];
    const due = constant(stages);
    expect(plannedRequests(stages)).toBe(150);
    expect(due).toHaveLength(150);
    expect(due.filter((ms) => ms < 1_000)).toHaveLength(50);
    expect(due.filter((ms) => ms >= 2_000 && ms < 3_000)).toEqual([]);
  });

  it('never goes back, whatever the stages are', () => {
    const stage = fc.record({
      durationMs: fc.integer({ min: 1, max: 5_000 }),
      fromPerSecond: fc.integer({ min: 0, max: 500 }),
      toPerSecond: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 4 }), fc.boolean(), (stages, isPoisson) => {
        const due = [...arrivals(stages, isPoisson ? 'poisson' : 'constant', WHOLE, seededRandom(3))];
        const total = stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
        for (const [index, ms] of due.entries()) {
          expect(ms).toBeGreaterThanOrEqual(due[index - 1] ?? 0);
          expect(ms).toBeLessThanOrEqual(total);
        }
        if (!isPoisson) expect(Math.abs(due.length - plannedRequests(stages))).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('Poisson arrivals', () => {
  const due = [...arrivals(steady(1_000, 20_000), 'poisson', WHOLE, seededRandom(42))];
  const gaps = due.map((ms, index) => ms - (due[index - 1] ?? 0));

  it('come at the rate on average', () => {
    // Four standard deviations of a Poisson variable of mean 20,000.
    expect(Math.abs(due.length - 20_000)).toBeLessThan(4 * Math.sqrt(20_000));
  });

  it('have exponential gaps between them', () => {
    const share = (ms: number): number => gaps.filter((gap) => gap <= ms).length / gaps.length;
    for (const ms of [0.1, 0.5, 1, 2, 4]) expect(share(ms)).toBeCloseTo(1 - Math.exp(-ms), 1.5);
  });

  it('stay Poisson when threads share them', () => {
    const shared = [0, 1].flatMap((index) => [
      ...arrivals(steady(1_000, 20_000), 'poisson', { index, of: 2 }, seededRandom(42, index)),
    ]);
    expect(Math.abs(shared.length - 20_000)).toBeLessThan(4 * Math.sqrt(20_000));
  });
});

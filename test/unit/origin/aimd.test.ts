import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConcurrencyControl, type LoadSample } from '../../../src/origin/aimd.ts';

/** Answers that each take so long and follow one another. */
function answers(control: ConcurrencyControl, count: number, elapsedMs: number, fromMs = 0): number {
  let atMs = fromMs;
  for (let i = 0; i < count; i++) {
    control.record({ kind: 'ok', elapsedMs, startedAtMs: atMs, endedAtMs: atMs + elapsedMs });
    atMs += elapsedMs;
  }
  return atMs;
}

const busyAt = (startedAtMs: number): LoadSample => ({
  kind: 'busy',
  elapsedMs: 10,
  startedAtMs,
  endedAtMs: startedAtMs + 10,
});

describe('the limit of requests on one host', () => {
  it('is what was asked for, where it does not adapt', () => {
    const control = new ConcurrencyControl(16, false);
    expect(control.limit).toBe(16);
    answers(control, 100, 5_000);
    expect(control.limit).toBe(16);
  });

  it('is halved by a 429, and comes back one by one', () => {
    const control = new ConcurrencyControl(16, false);
    control.record(busyAt(0));
    expect([control.limit, control.busy]).toEqual([8, 1]);
    // About as many answers as the limit for each further request at once: additive increase.
    answers(control, 8, 10, 100);
    expect(control.limit).toBe(8);
    answers(control, 2, 10, 200);
    expect(control.limit).toBe(9);
    answers(control, 200, 10, 300);
    expect(control.limit).toBe(16);
  });

  it('is lowered once for all requests that were under way together', () => {
    const control = new ConcurrencyControl(16, false);
    for (let i = 0; i < 16; i++) control.record(busyAt(i / 10));
    expect([control.limit, control.busy]).toEqual([8, 1]);
    control.record(busyAt(100));
    expect([control.limit, control.busy]).toEqual([4, 2]);
  });

  it('never falls below one request', () => {
    const control = new ConcurrencyControl(3, true);
    for (let i = 0; i < 20; i++) control.record(busyAt(i * 100));
    expect(control.limit).toBe(1);
  });

  it('begins low and doubles for each round, as long as answers do not slow down', () => {
    const control = new ConcurrencyControl(64, true);
    expect(control.limit).toBe(2);
    answers(control, 2, 20);
    expect(control.limit).toBe(4);
    answers(control, 100, 20, 100);
    expect(control.limit).toBe(64);
  });

  it('falls where answers take much longer than they used to', () => {
    const control = new ConcurrencyControl(64, true);
    const atMs = answers(control, 100, 20);
    answers(control, 20, 200, atMs);
    expect(control.slow).toBeGreaterThan(0);
    expect(control.limit).toBeLessThan(64);
    expect(control.busy).toBe(0);
  });

  it('takes a little noise for what it is', () => {
    const control = new ConcurrencyControl(64, true);
    let atMs = 0;
    for (let i = 0; i < 200; i++) atMs = answers(control, 1, i % 2 === 0 ? 18 : 26, atMs);
    expect([control.slow, control.limit]).toEqual([0, 64]);
  });

  it('stays between one and the most, whatever the origin says, and keeps a curve of bounded length', () => {
    const samples = fc.array(
      fc.record({ kind: fc.constantFrom('ok' as const, 'busy' as const), elapsedMs: fc.nat({ max: 2_000 }) }),
      { maxLength: 2_000 },
    );
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 100 }), fc.boolean(), (list, most, adaptive) => {
        const control = new ConcurrencyControl(most, adaptive);
        let atMs = 0;
        for (const { kind, elapsedMs } of list) {
          control.record({ kind, elapsedMs, startedAtMs: atMs, endedAtMs: (atMs += elapsedMs) });
          expect(control.limit).toBeGreaterThanOrEqual(1);
          expect(control.limit).toBeLessThanOrEqual(most);
        }
        expect(control.points.length).toBeLessThanOrEqual(256);
      }),
      { numRuns: 50 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jitteredTtlMs } from '../../../src/warm/store.ts';

describe('the TTL of an entry', () => {
  it('is exact without jitter', () => {
    expect(jitteredTtlMs(300, 0, 0.9)).toBe(300_000);
    expect(jitteredTtlMs(0.5, 0, 0)).toBe(500);
  });

  it('stays within the jitter, is whole and never zero', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), fraction, random, (ms, jitter, number) => {
        const ttl = jitteredTtlMs(ms / 1_000, jitter, number);
        expect(Number.isSafeInteger(ttl)).toBe(true);
        expect(ttl).toBeGreaterThanOrEqual(Math.max(1, Math.floor(ms * (1 - jitter))));
        expect(ttl).toBeLessThanOrEqual(Math.max(1, Math.ceil(ms * (1 + jitter))));
      }),
    );
  });

  it('uses the whole width of the jitter', () => {
    expect(jitteredTtlMs(100, 0.1, 0)).toBe(90_000);
    expect(jitteredTtlMs(100, 0.1, 0.5)).toBe(100_000);
    expect(jitteredTtlMs(100, 0.1, 0.9999999)).toBe(110_000);
  });
});

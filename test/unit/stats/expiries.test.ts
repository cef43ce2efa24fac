import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addExpiry, expiredAfter } from '../../../src/stats/expiries.ts';

test('knows about how many keys have run out at any moment', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1_000_000, noNaN: true }), { maxLength: 200 }),
      fc.double({ min: 0, max: 2_000_000, noNaN: true }),
      (ttls, moment) => {
        const expiries = new Map<number, number>();
        for (const ttl of ttls) addExpiry(expiries, ttl);
        const estimate = expiredAfter(expiries, moment);
        // All that ran out a class earlier, and none of those a class later; one second is the finest class.
        expect(estimate).toBeGreaterThanOrEqual(ttls.filter((ttl) => ttl * 1.21 + 1.001 <= moment).length);
        expect(estimate).toBeLessThanOrEqual(ttls.filter((ttl) => ttl / 1.21 - 1.001 <= moment).length);
      },
    ),
  );
});

test('has few classes, however far apart the TTLs are', () => {
  const expiries = new Map<number, number>();
  for (let ttl = 0; ttl < 40_000_000; ttl += 997) addExpiry(expiries, ttl);
  expect(expiries.size).toBeLessThan(110);
});

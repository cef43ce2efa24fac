import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRate } from '../../../../src/loadtest/search/find-rate.ts';

const search = (first = 100, repeat = 1) => ({ first, most: 200_000, precision: 0.05, repeat });

describe('the search for the highest rate', () => {
  it('comes within its precision of any limit, from wherever it begins', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 150_000 }),
        fc.integer({ min: 1, max: 150_000 }),
        async (limit, first) => {
          const {
            perSecond = 0,
            tooMuch = 0,
            tries,
          } = await findRate(search(first), (rate) => Promise.resolve(rate <= limit));
          expect(perSecond).toBeLessThanOrEqual(limit);
          expect(tooMuch).toBeGreaterThan(limit);
          expect(tooMuch / perSecond <= 1.05 || tooMuch - perSecond <= 1).toBe(true);
          expect(tries.length).toBeLessThan(30);
        },
      ),
    );
  });

  it('is not led astray by one bad run', async () => {
    let runs = 0;
    const { perSecond, tries } = await findRate(search(100, 3), (rate) =>
      Promise.resolve(runs++ === 1 ? false : rate <= 1_000),
    );
    expect(perSecond).toBeGreaterThan(950);
    expect(tries[0]).toEqual({ perSecond: 100, runs: 3, held: 2, holds: true });
    // Two that agree are enough.
    expect(tries[1]).toEqual({ perSecond: 200, runs: 2, held: 2, holds: true });
  });

  it('says that nothing holds, and that everything did', async () => {
    const nothing = await findRate(search(), () => Promise.resolve(false));
    expect(nothing).toMatchObject({ perSecond: undefined, tooMuch: 1 });
    const everything = await findRate(search(), () => Promise.resolve(true));
    expect(everything).toMatchObject({ perSecond: 200_000, tooMuch: undefined });
  });

  it('ends with what it has when it is broken off', async () => {
    let runs = 0;
    const found = await findRate(search(), () => Promise.resolve(runs++ < 2 ? true : undefined));
    expect(found).toMatchObject({ perSecond: 200, tooMuch: undefined });
    expect(found.tries).toHaveLength(2);
  });
});

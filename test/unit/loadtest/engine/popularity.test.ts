import { describe, expect, it } from 'vitest';
import { chooser, type Popularity } from '../../../../src/loadtest/engine/popularity.ts';
import { seededRandom } from '../../../../src/loadtest/engine/random.ts';

const DRAWS = 100_000;

/** The part of all requests that each target gets. */
function shares(popularity: Popularity, count: number): readonly number[] {
  const choose = chooser(popularity, count, seededRandom(11), { index: 0, of: 1 });
  const counts = Array.from({ length: count }, () => 0);
  for (let i = 0; i < DRAWS; i++) {
    const index = choose();
    counts[index] = (counts[index] ?? Number.NaN) + 1;
  }
  return counts.map((drawn) => drawn / DRAWS);
}

/** Four standard deviations of a share of so many draws. */
const tolerance = (share: number): number => 4 * Math.sqrt((share * (1 - share)) / DRAWS);

function expectShares(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, share] of expected.entries()) {
    expect(Math.abs((actual[index] ?? Number.NaN) - share)).toBeLessThanOrEqual(tolerance(share) + 1e-12);
  }
}

describe('the popularity of targets', () => {
  it('in turns is the same for all, and threads take different ones', () => {
    const choose = chooser({ kind: 'turns' }, 3, seededRandom(1), { index: 1, of: 2 });
    expect([choose(), choose(), choose(), choose()]).toEqual([1, 0, 2, 1]);
  });

  it('uniform is the same for all on average', () => {
    expectShares(shares({ kind: 'uniform' }, 10), Array(10).fill(0.1) as number[]);
  });

  it('by Zipf falls with the rank to the power of the exponent', () => {
    const weights = Array.from({ length: 50 }, (_, index) => (index + 1) ** -1.1);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    expectShares(
      shares({ kind: 'zipf', exponent: 1.1 }, 50),
      weights.map((weight) => weight / sum),
    );
  });

  it('of a hot spot gives the first tenth nine tenths of the requests', () => {
    const expected = Array.from({ length: 20 }, (_, index) => (index < 2 ? 0.45 : 0.1 / 18));
    expectShares(shares({ kind: 'hotspot', shareOfRequests: 0.9, shareOfTargets: 0.1 }, 20), expected);
  });

  it('by weights follows them, and never takes what weighs nothing', () => {
    expectShares(shares({ kind: 'weights', weights: [5, 0, 3, 2] }, 4), [0.5, 0, 0.3, 0.2]);
  });
});

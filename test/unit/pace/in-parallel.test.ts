import { describe, expect, it } from 'vitest';
import { inParallel } from '../../../src/pace/in-parallel.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('work in parallel', () => {
  it('gives results in the order of the items, with no more at once than allowed', async () => {
    let now = 0;
    let most = 0;
    const results = await inParallel([5, 1, 3, 2], 2, async (item) => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < item; turn++) await settled();
      now--;
      return item * 2;
    });
    expect(results).toEqual([10, 2, 6, 4]);
    expect(most).toBe(2);
  });

  it('begins nothing more after a failure, and waits for what is under way', async () => {
    const begun: number[] = [];
    let ended = false;
    const work = inParallel([1, 2, 3], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('first');
      await settled();
      ended = true;
    });
    await expect(work).rejects.toThrow('first');
    expect(begun).toEqual([1, 2]);
    expect(ended).toBe(true);
  });
});

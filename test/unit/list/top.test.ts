import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Top } from '../../../src/list/top.ts';

test('gives the first of a stream as sorting all of it would', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { maxLength: 1_000 }),
      fc.integer({ min: 1, max: 40 }),
      (items, most) => {
        const top = new Top<number>(most, (a, b) => a - b);
        for (const item of items) top.add(item);
        expect(top.result()).toEqual([...items].sort((a, b) => a - b).slice(0, most));
      },
    ),
  );
});

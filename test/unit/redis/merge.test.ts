import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeStreams } from '../../../src/redis/merge.ts';

async function* stream(
  items: readonly number[],
  onEnd: () => void = () => undefined,
): AsyncGenerator<number, void, void> {
  try {
    for (const item of items) {
      await setImmediate();
      yield item;
    }
  } finally {
    onEnd();
  }
}

test('gives every item of every stream once, each stream in its own order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat())), async (lists) => {
      const tagged = lists.map((list, index) => list.map((_, i) => index * 1_000 + i));
      const merged: number[] = [];
      for await (const item of mergeStreams(tagged.map((items) => stream(items)))) merged.push(item);
      for (const [index, items] of tagged.entries()) {
        expect(merged.filter((item) => Math.floor(item / 1_000) === index)).toEqual(items);
      }
      expect(merged).toHaveLength(tagged.flat().length);
    }),
    { numRuns: 50 },
  );
});

test('ends every stream when its reader stops early', async () => {
  let ended = 0;
  const streams = [1, 2, 3].map((n) => stream([n, n, n], () => ended++));
  for await (const item of mergeStreams(streams)) {
    expect(item).toBeGreaterThan(0);
    break;
  }
  expect(ended).toBe(3);
});

test('passes on the first failure', async () => {
  async function* failing(): AsyncGenerator<number, void, void> {
    yield 1;
    await setImmediate();
    throw new Error('broken');
  }
  await expect(async () => {
    for await (const item of mergeStreams([failing(), stream([1, 2, 3, 4, 5])]))
      expect(item).toBeGreaterThan(0);
  }).rejects.toThrow('broken');
});

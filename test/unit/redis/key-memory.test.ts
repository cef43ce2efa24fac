import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyMemory } from '../../../src/redis/key-memory.ts';

const key = (name: string | number): Buffer => Buffer.from(`user:${name}:profile`);

describe('keys that are walked again', () => {
  test('are new where they have not come, and come once', () => {
    const memory = new KeyMemory(1);
    for (let index = 0; index < 1_000; index++) memory.add(key(index), 0);
    const isNew = memory.again();
    const found = Array.from({ length: 2_000 }, (_, index) => index).filter((index) => isNew(key(index), 0));
    expect(found).toEqual(Array.from({ length: 1_000 }, (_, index) => 1_000 + index));
    expect(isNew(key(1_500), 0)).toBe(false);
  });

  test('none that has come is new, whatever its bytes are, and whatever has gone since', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
        ),
        fc.infiniteStream(fc.boolean()),
        (names, stays) => {
          const memory = new KeyMemory(4);
          const keys = names.map((name) => Buffer.from(name, 'latin1'));
          for (const [index, one] of keys.entries()) memory.add(one, index % 4);
          const isNew = memory.again();
          for (const [index, one] of keys.entries()) {
            if (stays.next().value === true) expect(isNew(one, index % 4)).toBe(false);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('are as many as have not come, where so many have come that all look alike', () => {
    const memory = new KeyMemory(2, 2 ** 16);
    for (let index = 0; index < 200_000; index++) memory.add(key(`other${index}`), 1);
    for (let index = 0; index < 100; index++) memory.add(key(index), 0);
    const isNew = memory.again();
    const found = Array.from({ length: 300 }, (_, index) => index).filter((index) => isNew(key(index), 0));
    expect(found).toHaveLength(200);
  });
});

import { expect, test } from 'vitest';
import { newLife, type LifeChange } from '../../../src/ttl/change.ts';

const set: LifeChange = { kind: 'set', ms: 1_000, jitter: 0.1, onlyMissing: false };
const keep = { kind: 'keep' };
const expire = (ms: number) => ({ kind: 'expire', ms });

test.each<readonly [LifeChange, number | undefined, number, unknown]>([
  [set, undefined, 0.5, expire(1_000)],
  [set, 5, 0, expire(900)],
  [{ ...set, onlyMissing: true }, 5, 0.5, keep],
  [{ ...set, onlyMissing: true }, undefined, 0.5, expire(1_000)],
  [{ ...set, ms: 0.1 }, 5, 0.5, expire(1)],
  [{ kind: 'extend', ms: 100 }, 50, 0, expire(150)],
  [{ kind: 'extend', ms: 100 }, undefined, 0, keep],
  [{ kind: 'cap', ms: 100 }, 100, 0, keep],
  [{ kind: 'cap', ms: 100 }, 101, 0, expire(100)],
  [{ kind: 'cap', ms: 100 }, undefined, 0, expire(100)],
  [{ kind: 'persist' }, 7, 0, { kind: 'forever' }],
  [{ kind: 'persist' }, undefined, 0, keep],
])('%j of a life of %s', (change, ttlMs, random, expected) => {
  expect(newLife(change, ttlMs, random)).toEqual(expected);
});

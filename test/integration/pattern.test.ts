import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commonPrefix, escapeGlob, matchesGlob } from '../../src/keys/pattern.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** Bytes in which the characters that mean something to a pattern are frequent. */
const bytes = fc
  .array(fc.oneof(fc.constantFrom(...Buffer.from('*?[]\\^-ab')), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((array) => Buffer.from(array));

test('an escaped key matches itself on a real server, and no other key', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(bytes, { maxLength: 8 }), async (key, others) => {
      await redis.call('FLUSHALL');
      for (const name of [key, ...others]) await redis.call('SET', name, '');
      expect(await redis.call('KEYS', escapeGlob(key))).toEqual([key]);
    }),
    { numRuns: 150 },
  );
});

/** Patterns with classes, ranges, negation, escapes and high bytes, whole and broken ones. */
const piece = fc.oneof(
  fc
    .constantFrom('*', '?', '[', ']', '[^', '\\', '-', '^', 'a', 'b')
    .map((text) => Buffer.from(text, 'latin1')),
  bytes.map((array) => array.subarray(0, 2)),
  fc
    .tuple(fc.boolean(), bytes)
    .map(([negated, inside]) => Buffer.concat([Buffer.from(negated ? '[^' : '['), inside, Buffer.from(']')])),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
    .map(([first, last]) => Buffer.from([0x5b, first, 0x2d, last, 0x5d])),
  fc.integer({ min: 0, max: 255 }).map((byte) => Buffer.from([0x5c, byte])),
);
const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => Buffer.concat(pieces));

test('a pattern matches here exactly the keys that it matches on a real server', async () => {
  await fc.assert(
    fc.asyncProperty(pattern, fc.array(bytes, { minLength: 1, maxLength: 40 }), async (glob, keys) => {
      await redis.call('FLUSHALL');
      await redis.call('MSET', ...keys.flatMap((key) => [key, '']));
      const found: Buffer[] = [];
      let cursor = '0';
      do {
        const reply = await redis.call('SCAN', cursor, 'MATCH', glob, 'COUNT', 100);
        const [next = '0', batch] = (reply ?? []) as readonly unknown[];
        cursor = (next as Buffer).toString();
        found.push(...(batch as Buffer[]));
      } while (cursor !== '0');
      const names = (list: readonly Buffer[]) =>
        [...new Set(list.map((key) => key.toString('latin1')))].sort();
      const matching = keys.filter((key) => matchesGlob(glob, key));
      expect(names(matching)).toEqual(names(found));
      const prefix = commonPrefix([glob]);
      for (const key of found) expect(key.subarray(0, prefix.length)).toEqual(prefix);
    }),
    { numRuns: 1_500 },
  );
});

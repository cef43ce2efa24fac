import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { escapeGlob } from '../../src/keys/pattern.ts';
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

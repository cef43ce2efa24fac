import { expect, test } from 'vitest';
import { Places } from '../../../src/clear/places.ts';
import type { RedisNode } from '../../../src/redis/types.ts';

const node = (address: string) => ({ address }) as RedisNode;

test('a place moves on only once a batch and all before it are done', () => {
  const places = new Places(new Map([['a', '7']]));
  const first = places.begin({ node: node('a'), cursor: '10' });
  const second = places.begin({ node: node('a'), cursor: '20' });
  const other = places.begin({ node: node('b'), cursor: '0' });
  second();
  other();
  expect(Object.fromEntries(places.cursors)).toEqual({ a: '7', b: '0' });
  first();
  expect(Object.fromEntries(places.cursors)).toEqual({ a: '20', b: '0' });
});

import { expect, test } from 'vitest';
import { nearest } from '../../../src/text/nearest.ts';

test.each([
  ['tll', ['ttl', 'tags'], 'ttl'],
  ['hit_rat', ['hits', 'hit_rate'], 'hit_rate'],
  ['HOMEPAGE', ['homepage', 'users'], 'homepage'],
  ['uesrs', ['users', 'stats'], 'users'],
  ['stat', ['stats'], 'stats'],
  ['conection', ['connections', 'connection'], 'connection'],
])('the nearest to %s of %j is %s', (word, candidates, expected) =>
  expect(nearest(word, candidates)).toBe(expected),
);

test('a wild guess is not made', () => {
  expect(nearest('blorp', ['homepage', 'users'])).toBeUndefined();
  expect(nearest('ab', ['xy'])).toBeUndefined();
  expect(nearest('anything', [])).toBeUndefined();
});

test('of equally near candidates the first is taken', () => {
  expect(nearest('cat', ['car', 'cap'])).toBe('car');
});

import { describe, expect, it } from 'vitest';
import {
  notShareable,
  parseCacheControl,
  remainingFreshnessSeconds,
  varyNames,
} from '../../../src/origin/freshness.ts';

const NOW = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT');
const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT';
const LATER = 'Sun, 06 Nov 1994 08:50:37 GMT';

describe('how much longer an answer is fresh', () => {
  it.each([
    ['s-maxage before max-age', { 'cache-control': 'max-age=10, s-maxage=60' }, 60],
    ['max-age before Expires', { 'cache-control': 'max-age=10', expires: LATER, date: DATE }, 10],
    ['Expires against Date', { expires: LATER, date: DATE }, 60],
    ['Expires against the clock without Date', { expires: LATER }, 60],
    ['less its Age', { 'cache-control': 'max-age=60', age: ' 15 ' }, 45],
    ['never less than nothing', { 'cache-control': 'max-age=60', age: '75' }, 0],
    ['Expires: 0 has expired', { expires: '0' }, 0],
    ['Expires: a number is no date', { expires: '99999' }, 0],
    ['Expires in the oldest form', { expires: 'Sun Nov  6 08:50:37 1994', date: DATE }, 60],
    ['Expires in the past has expired', { expires: DATE, date: LATER }, 0],
    ['quoted', { 'cache-control': 'max-age="30"' }, 30],
    ['names in any case', { 'cache-control': 'Public, MAX-AGE = 30' }, 30],
    ['what cannot be read is nothing', { 'cache-control': 'max-age=soon' }, undefined],
    ['negative seconds are nothing', { 'cache-control': 'max-age=-1' }, undefined],
    ['a broken Age counts as none', { 'cache-control': 'max-age=60', age: 'old' }, 60],
    ['silence', { 'content-type': 'text/html' }, undefined],
  ])('%s', (_, headers, seconds) => {
    expect(remainingFreshnessSeconds(headers as Record<string, string>, NOW)).toBe(seconds);
  });
});

describe('an answer for one visitor', () => {
  it.each([
    [{ 'cache-control': 'no-store' }, 'no-store'],
    [{ 'cache-control': 'max-age=60, private' }, 'private'],
    [{ 'cache-control': 'private="set-cookie"' }, 'private'],
    [{ 'set-cookie': 'session=1' }, 'set-cookie'],
    [{ vary: 'Accept, *' }, 'vary'],
    [{ 'cache-control': 'no-store', 'set-cookie': 'session=1' }, 'no-store'],
  ])('is told by %j', (headers, code) => {
    expect(notShareable(headers as Record<string, string>)?.code).toBe(code);
  });

  it.each([
    [{}],
    [{ 'cache-control': 'public, max-age=60' }],
    [{ 'cache-control': 'no-cache' }],
    [{ 'cache-control': 'x="private, no-store"' }],
    [{ vary: 'Accept-Language' }],
  ])('is not told by %j', (headers) => {
    expect(notShareable(headers as Record<string, string>)).toBeUndefined();
  });
});

describe('headers with lists', () => {
  it('give the first of a directive that comes twice, and escapes undone', () => {
    const control = parseCacheControl('max-age=1, max-age=2, ext="a\\"b", flag');
    expect([...control]).toEqual([
      ['max-age', '1'],
      ['ext', 'a"b'],
      ['flag', true],
    ]);
  });

  it('give the names in Vary in lower case', () => {
    expect(varyNames({ vary: ' Accept , X-Tenant,,' })).toEqual(['accept', 'x-tenant']);
    expect(varyNames({})).toEqual([]);
  });
});

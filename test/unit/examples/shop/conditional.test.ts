import { describe, expect, it } from 'vitest';
import { isNotModified, parseHttpDate } from '../../../../examples/shop/conditional.ts';

const CHANGED = '2025-03-04T05:06:07Z';
const CHANGED_HTTP = 'Tue, 04 Mar 2025 05:06:07 GMT';

describe('conditional requests', () => {
  it.each([
    ['the same tag', '"a"', true],
    ['the weak form of the tag', 'W/"a"', true],
    ['the tag among others', '"x", "a"', true],
    ['a star', '*', true],
    ['another tag', '"b"', false],
    ['the tag inside a longer one', '"x,a"', false],
    ['a tag without quotes', 'a', false],
  ])('match If-None-Match with %s: %s is %s', (_, header, expected) => {
    expect(isNotModified({ 'if-none-match': header }, '"a"', CHANGED)).toBe(expected);
  });

  it.each([
    ['the very time', CHANGED_HTTP, true],
    ['a later time', 'Tue, 04 Mar 2025 05:06:08 GMT', true],
    ['an earlier time', 'Tue, 04 Mar 2025 05:06:06 GMT', false],
    ['no HTTP date', '2030-01-01', false],
    ['a date that does not exist', 'Tue, 99 Mar 2025 05:06:06 GMT', false],
  ])('compare If-Modified-Since with %s: %s is %s', (_, header, expected) => {
    expect(isNotModified({ 'if-modified-since': header }, '"a"', CHANGED)).toBe(expected);
  });

  it('ignore If-Modified-Since beside If-None-Match', () => {
    const headers = { 'if-none-match': '"b"', 'if-modified-since': CHANGED_HTTP };
    expect(isNotModified(headers, '"a"', CHANGED)).toBe(false);
  });

  it('are never fulfilled by a request without conditions', () => {
    expect(isNotModified({}, '"a"', CHANGED)).toBe(false);
  });

  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'understand the date form %s',
    (text) => {
      expect(parseHttpDate(text)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
    },
  );
});

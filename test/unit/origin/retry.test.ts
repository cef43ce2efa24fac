import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CachectlError } from '../../../src/cli/errors.ts';
import {
  isRetryable,
  LONGEST_RETRY_AFTER_MS,
  parseRetryAfterMs,
  retryDelayMs,
  type AttemptResult,
  type RetryPolicy,
} from '../../../src/origin/retry.ts';

const NOW = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT');

function policy(retries: number, random = 0.5): RetryPolicy {
  return { retries, random: () => random, now: () => NOW };
}

function status(code: number, retryAfter?: string): AttemptResult {
  return {
    kind: 'response',
    response: { status: code, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } },
  };
}

function error(code: string): AttemptResult {
  return { kind: 'error', error: new CachectlError('no', { code, exitCode: 3 }) };
}

describe('the decision to try again', () => {
  it('retries what may pass: overload, time limits and server errors', () => {
    expect([408, 425, 429, 500, 502, 503, 504, 599].filter((code) => !isRetryable(status(code)))).toEqual([]);
    const codes = ['refused', 'dns', 'timeout', 'reset', 'unreachable'].map((code) => `origin.${code}`);
    expect(codes.filter((code) => !isRetryable(error(code)))).toEqual([]);
  });

  it('does not retry what stays as it is', () => {
    expect(
      [200, 204, 301, 304, 400, 401, 403, 404, 410, 600].filter((code) => isRetryable(status(code))),
    ).toEqual([]);
    const codes = ['too-large', 'redirect', 'tls', 'invalid', 'request'].map((code) => `origin.${code}`);
    expect(codes.filter((code) => isRetryable(error(code)))).toEqual([]);
    expect(isRetryable({ kind: 'error', error: new TypeError('a bug') })).toBe(false);
  });

  it('stops when the retries are used up', () => {
    expect(retryDelayMs(status(500), 2, policy(2))).toBeDefined();
    expect(retryDelayMs(status(500), 3, policy(2))).toBeUndefined();
    expect(retryDelayMs(status(500), 1, policy(0))).toBeUndefined();
  });

  it('backs off exponentially with full jitter, up to a bound', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7].map((retry) => retryDelayMs(status(500), retry, policy(9, 0.5)));
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 2_500, 2_500]);
    expect(retryDelayMs(status(500), 5, policy(9, 0))).toBe(0);
  });

  it('waits at least as long as Retry-After asks, and gives up where that is too long', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (seconds, retry, random) => {
          const delay = retryDelayMs(status(429, String(seconds)), retry, policy(8, random));
          if (seconds * 1_000 > LONGEST_RETRY_AFTER_MS) expect(delay).toBeUndefined();
          else {
            expect(delay).toBeGreaterThanOrEqual(seconds * 1_000);
            expect(delay).toBeLessThanOrEqual(seconds * 1_000 + 5_000);
          }
        },
      ),
    );
  });

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Sun, 06 Nov 1994 08:49:47 GMT', 10_000],
    ['Sunday, 06-Nov-94 08:49:47 GMT', 10_000],
    ['Sun Nov  6 08:49:47 1994 GMT', 10_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
  ])('reads Retry-After %j as %j ms', (header, expected) => {
    expect(parseRetryAfterMs(header, NOW)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { describeRule, isTooMany, parseMaxFailures } from '../../../src/warm/stop-rule.ts';

describe('the most failures of a run', () => {
  it('are a number or a share', () => {
    expect(parseMaxFailures('25')).toEqual({ kind: 'count', most: 25 });
    expect(parseMaxFailures(' 0 ')).toEqual({ kind: 'count', most: 0 });
    expect(parseMaxFailures('10%')).toEqual({ kind: 'share', most: 0.1 });
  });

  it.each(['', 'ten', '-1', '1.5', '110%', '10 %%'])('are not %j', (text) => {
    expect(() => parseMaxFailures(text)).toThrow(/--max-failures takes a number or a percentage/);
  });

  it('are reached with one more than so many', () => {
    const rule = parseMaxFailures('2');
    expect([2, 3].map((failed) => isTooMany(rule, failed, 1_000, 1_000))).toEqual([false, true]);
    expect(isTooMany(parseMaxFailures('0'), 1, 1, 1_000)).toBe(true);
  });

  it('are a share of all targets, where those are known, however few are done', () => {
    const rule = parseMaxFailures('10%');
    expect([100, 101].map((failed) => isTooMany(rule, failed, failed, 1_000))).toEqual([false, true]);
  });

  it('are a share of what is done, where nobody knows how many there will be, and not of the first few', () => {
    const rule = parseMaxFailures('10%');
    expect(isTooMany(rule, 49, 49, undefined)).toBe(false);
    expect(isTooMany(rule, 6, 50, undefined)).toBe(true);
    expect(isTooMany(rule, 5, 50, undefined)).toBe(false);
  });

  it('are never too many without a rule', () => {
    expect(isTooMany({ kind: 'never' }, 1_000, 1_000, 1_000)).toBe(false);
  });

  it('are said in words', () => {
    expect(['0', '25', '12.5%'].map((text) => describeRule(parseMaxFailures(text)))).toEqual([
      'the first failure',
      'more than 25 failures',
      'more than 12.5% failed',
    ]);
  });
});

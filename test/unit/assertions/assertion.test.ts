import { describe, expect, test } from 'vitest';
import { parseAssertion } from '../../../src/assertions/assertion.ts';
import {
  assertionExitCode,
  evaluateAssertion,
  type Measurements,
  type Verdict,
} from '../../../src/assertions/verdict.ts';
import type { Vocabulary } from '../../../src/assertions/vocabulary.ts';
import { measuredPhrase, verdictJson } from '../../../src/assertions/view.ts';
import { UsageError } from '../../../src/cli/errors.ts';

const vocabulary: Vocabulary = {
  metrics: [
    { name: 'hit_rate', unit: 'percent' },
    { name: 'hits', unit: 'count' },
    { name: 'misses', unit: 'count' },
    { name: 'keys', unit: 'count' },
    { name: 'keys_without_ttl', unit: 'count' },
    { name: 'memory_used', jsonName: 'memory_used_bytes', unit: 'bytes' },
    { name: 'maxmemory', jsonName: 'maxmemory_bytes', unit: 'bytes' },
    { name: 'evicted', unit: 'count' },
    { name: 'operations_per_second', unit: 'per_second' },
    { name: 'uptime', jsonName: 'uptime_seconds', unit: 'seconds' },
    { name: 'p99', jsonName: 'p99_ms', unit: 'milliseconds' },
    { name: 'speedup', unit: 'factor' },
  ],
  groupMetrics: [
    { name: 'hit_rate', unit: 'percent' },
    { name: 'keys', unit: 'count' },
  ],
  groups: ['users', 'v1.home', 'two words'],
  hasBaseline: true,
};

const VALUES: Readonly<Record<string, number | null>> = {
  hit_rate: 93.1,
  hits: 931,
  misses: 69,
  keys: 10,
  keys_without_ttl: 2,
  memory_used: 1_048_576,
  maxmemory: 2_097_152,
  operations_per_second: 50,
  uptime: 7_200,
  p99: 48.5,
  speedup: 12.5,
  'users.hit_rate': 71.5,
  'v1.home.hit_rate': 50,
  '"two words".keys': 5,
};
const BEFORE: Readonly<Record<string, number | null>> = { hit_rate: 95, p99: 45, memory_used: 1_000_000 };
const measurements: Measurements = {
  read: ({ written, name }) => {
    const value = VALUES[written] ?? VALUES[name] ?? null;
    return value === null ? { value, absent: 'nobody asked' } : { value };
  },
  baseline: ({ name }) => ({ value: BEFORE[name] ?? null, absent: 'not in the earlier one' }),
};
const fresh: Measurements = { read: () => ({ value: null, absent: 'no reads' }) };

const judge = (text: string, against = measurements, allowNoData = false): Verdict =>
  evaluateAssertion(parseAssertion(text, vocabulary), against, allowNoData);

test.each([
  ['hit_rate >= 80', true],
  ['hit_rate>=93.1', true],
  ['hit_rate > 93.1', false],
  ['hit_rate >= 95%', false],
  ['hit_rate == 93.1 %', true],
  ['keys_without_ttl == 0', false],
  ['keys_without_ttl != 0', true],
  ['memory_used <= 1MB', true],
  ['memory_used < 1024KB', false],
  ['memory_used < 2000000', true],
  ['memory_used_bytes < 2GB', true],
  ['uptime > 1h30m', true],
  ['uptime > 1h 30m', true],
  ['uptime_seconds < 7200', false],
  ['operations_per_second < 100/s', true],
  ['p99 < 50ms', true],
  ['p99 < 48.5', false],
  ['p99 < 0.04s', false],
  ['speedup >= 10x', true],
  ['users.hit_rate >= 70', true],
  ['v1.home.hit_rate > 50', false],
  ['"two words".keys == 5', true],
  ['memory_used < 80% of maxmemory', true],
  ['memory_used < 50% of maxmemory', false],
  ['memory_used <= maxmemory * 0.5', true],
  ['hits > misses', true],
  ['hits >= misses * 13', true],
  ['hits >= misses + 863', false],
  ['hits >= misses + 10%', true],
  ['hit_rate >= baseline', false],
  ['hit_rate >= baseline - 5', true],
  ['hit_rate >= baseline - 1%', false],
  ['hit_rate >= 98% of baseline', true],
  ['p99 <= baseline * 1.1', true],
  ['p99 <= baseline + 3ms', false],
  ['p99 <= baseline + 10%', true],
  ['users.hit_rate < hit_rate', true],
])('%s is %s', (text, pass) => expect(judge(text).pass).toBe(pass));

describe('without data', () => {
  test.each(['hit_rate >= 0', 'hit_rate <= 100', 'hit_rate != 50', 'evicted == 0'])('%s fails', (text) => {
    const verdict = judge(text, fresh);
    expect(verdict).toMatchObject({ measured: null, pass: false, outcome: 'no data' });
    expect(measuredPhrase(verdict)).toBe('measured no data (no reads)');
    expect(assertionExitCode([verdict])).toBe(6);
  });

  test('an assertion passes where that is allowed, and is still no success', () => {
    const verdict = judge('hit_rate >= 80', fresh, true);
    expect(verdict).toMatchObject({ pass: true, outcome: 'no data' });
    expect(assertionExitCode([verdict])).toBe(0);
  });

  test('of what it is compared with it fails, too, and says what is missing', () => {
    const noLimit: Measurements = {
      read: ({ name }) => (name === 'maxmemory' ? { value: null, absent: 'no limit' } : { value: 1 }),
      baseline: () => ({ value: null }),
    };
    const share = judge('memory_used < 80% of maxmemory', noLimit);
    expect(share).toMatchObject({ pass: false, outcome: 'no data', measured: 1, wanted: null });
    expect(measuredPhrase(share)).toBe('measured 1 B, maxmemory: no limit');
    expect(judge('hit_rate >= baseline', noLimit).outcome).toBe('no data');
  });
});

test('says what was wanted where the text does not have the number', () => {
  expect(measuredPhrase(judge('memory_used < 40% of maxmemory'))).toBe('measured 1 MB, wanted < 819 KB');
  expect(measuredPhrase(judge('hit_rate >= baseline - 5'))).toBe('measured 93.1, wanted >= 90.0');
  expect(measuredPhrase(judge('p99 < 50ms'))).toBe('measured 49 ms');
});

test('is reported with raw numbers, and with its group', () => {
  expect(verdictJson(judge('users.hit_rate >= 80%'))).toEqual({
    assertion: 'users.hit_rate >= 80%',
    metric: 'hit_rate',
    group: 'users',
    operator: '>=',
    wanted: 80,
    measured: 71.5,
    pass: false,
    outcome: 'fail',
  });
});

test('groups that nobody knows beforehand are taken as they come', () => {
  const open: Vocabulary = {
    metrics: vocabulary.metrics,
    groupMetrics: [{ name: 'hit_rate', unit: 'percent' }],
    hasBaseline: false,
  };
  expect(parseAssertion('user:profile.hit_rate >= 80', open).metric).toMatchObject({
    group: 'user:profile',
    name: 'hit_rate',
  });
});

test('a baseline that was not given is asked for', () => {
  const error = catchError(() =>
    parseAssertion('hit_rate >= baseline', { ...vocabulary, hasBaseline: false, baselineHint: 'give one' }),
  );
  expect(error?.message).toBe('--assert "hit_rate >= baseline": there is no baseline to compare with');
  expect(error?.hint).toBe('give one');
});

test('blanks around the operator do not matter, and the text is shown with single ones', () => {
  expect(parseAssertion('  hit_rate>=  80 ', vocabulary).text).toBe('hit_rate >= 80');
});

test.each([
  [
    'hit_rat >= 80',
    'there is no metric "hit_rat"',
    'did you mean hit_rate? the metrics are hit_rate, hits, misses,',
  ],
  ['blorptastic >= 80', 'there is no metric "blorptastic"', 'the metrics are hit_rate, hits'],
  ['hit_rate >= 80MB', 'hit_rate is a percentage, and "80MB" is not one', 'write 80 or 80%'],
  ['memory_used < 80%', 'memory_used is a size, and "80%" is not one', 'write a size such as'],
  ['uptime > 5MB', 'uptime is a duration, and "5MB" is not one', 'write a duration such as'],
  ['keys < 5s', 'keys is a count, and "5s" is not one', 'write a plain number'],
  ['evicted == -1', 'evicted is a count, and "-1" is not one', 'write a plain number'],
  ['hit_rate = 80', '"=" is not an operator', 'equality is written =='],
  ['hit_rate => 80', '"=>" is not an operator', 'the operators are'],
  ['hit_rate >= 101', 'a percentage goes from 0 to 100', ''],
  [
    'hit_rate >= 0.8',
    'hit_rate is in percent, and 0.8 reads like a fraction',
    'write 80 for that fraction, or 0.8%',
  ],
  ['hit_rate 80', 'cannot read', 'write a metric, an operator'],
  ['hit_rate >=', 'cannot read', 'write a metric, an operator'],
  ['', 'cannot read', 'write a metric, an operator'],
  ['user.hit_rate >= 80', 'there is no group "user"', 'did you mean users? the groups are users, v1.home'],
  ['users.evicted == 0', 'there is no metric "evicted" of a group', 'of a group are hit_rate, keys'],
  ['hit_rate < 80% of maxmemory', 'hit_rate is a percentage, and maxmemory a size', ''],
  ['memory_used < 80% of maxmemry', 'there is no metric "maxmemry"', 'did you mean maxmemory?'],
  ['p99 <= baseline * fast', '"fast" is not a factor', 'write baseline * 1.1'],
  ['p99 <= baseline + 5MB', 'p99 is a duration, and "5MB" is not one', ''],
])('%j is refused with what to write instead', (text, message, hint) => {
  const error = catchError(() => parseAssertion(text, vocabulary));
  expect(error).toBeInstanceOf(UsageError);
  expect(error?.message).toContain(message);
  expect(error?.hint ?? '').toContain(hint);
});

function catchError(work: () => unknown): UsageError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

import { expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/errors.ts';
import { evaluateAssertion, measuredText, parseAssertion } from '../../../src/stats/assertion.ts';
import { figuresFromInfo } from '../../../src/stats/figures.ts';

const figures = figuresFromInfo(
  new Map([
    ['redis_version', '7.0.15'],
    ['keyspace_hits', '931'],
    ['keyspace_misses', '69'],
    ['db0', 'keys=10,expires=8,avg_ttl=5'],
    ['used_memory', '1048576'],
    ['uptime_in_seconds', '7200'],
    ['instantaneous_ops_per_sec', '50'],
  ]),
  0,
);
const fresh = figuresFromInfo(
  new Map([
    ['keyspace_hits', '0'],
    ['keyspace_misses', '0'],
  ]),
  0,
);

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
  ['maxmemory > 0', false],
])('%s is %s', (text, pass) => expect(evaluateAssertion(parseAssertion(text), figures).pass).toBe(pass));

test.each(['hit_rate >= 0', 'hit_rate <= 100', 'hit_rate != 50', 'evicted == 0'])(
  '%s fails where there is no data',
  (text) => {
    const verdict = evaluateAssertion(parseAssertion(text), fresh);
    expect(verdict).toMatchObject({ measured: null, pass: false });
    expect(measuredText(verdict)).toBe('no data');
  },
);

test('blanks around the operator do not matter, and the text is shown with single ones', () => {
  expect(parseAssertion('  hit_rate>=  80 ').text).toBe('hit_rate >= 80');
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
])('%j is refused with what to write instead', (text, message, hint) => {
  const error = catchError(() => parseAssertion(text));
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

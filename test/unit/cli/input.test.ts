import { expect, test } from 'vitest';
import { Input } from '../../../src/cli/input.ts';
import { parseSelection } from '../../../src/selection/parse.ts';

const given = (name: string, text: string): Input => new Input([], new Map([[name, text]]));

test.each([
  ['a rate', () => given('rate', '50000').ratePerSecond('rate'), 'did you mean --rate 50000/s?'],
  ['a duration', () => given('timeout', '5 minutes').durationMs('timeout'), 'did you mean --timeout 5m?'],
  [
    'a size',
    () => given('max-bytes', '2 megabytes').sizeBytes('max-bytes', { min: 1, max: 1e9 }),
    'did you mean --max-bytes 2MB?',
  ],
  ['a condition', () => selection(given('ttl', '< 5 minutes')), "did you mean --ttl '<5m'?"],
  ['a condition on sizes', () => selection(given('size', '>= 1 megabyte')), "did you mean --size '>=1MB'?"],
])('says what is meant by %s in other words', (_, read, hint) => {
  expect(read).toThrow(expect.objectContaining({ hint }));
});

test.each([
  () => given('rate', 'fast').ratePerSecond('rate'),
  () => given('timeout', 'soon').durationMs('timeout'),
  () => given('max-bytes', 'large').sizeBytes('max-bytes', { min: 1, max: 1e9 }),
])('guesses nothing where there is nothing to guess from, and shows the form: %s', (read) => {
  expect(read).toThrow(expect.objectContaining({ hint: undefined }));
  expect(read).toThrow(/ such as /);
});

test('guesses a choice from its beginning, and nothing from one letter', () => {
  const choices = ['cold,warm', 'origin,cache', 'none'] as const;
  const choose = (text: string) => () => given('compare', text).choice('compare', choices);
  expect(choose('cold')).toThrow('--compare takes cold,warm | origin,cache | none, not "cold"');
  expect(choose('cold')).toThrow(expect.objectContaining({ hint: 'did you mean --compare cold,warm?' }));
  expect(() => given('protocol', '4').choice('protocol', ['2', '3'])).toThrow(
    expect.objectContaining({ message: '--protocol takes 2, 3, not "4"', hint: undefined }),
  );
});

test('a time that is waited for is no longer than a timer can wait: a longer one would end at once', () => {
  const waitMs = (text: string) => given('timeout', text).waitMs('timeout');
  expect(waitMs('24d')).toBe(24 * 86_400_000);
  expect(() => waitMs('25d')).toThrow('--timeout takes at most 24 days, not "25d"');
  expect(() => waitMs('soon')).toThrow('--timeout takes a duration');
});

test.each(['0', '0s', '0.0'])('a duration of %s is none, and no better one is known', (text) => {
  const message = `--timeout takes a duration of more than 0, not "${text}"`;
  expect(() => given('timeout', text).durationMs('timeout')).toThrow(
    expect.objectContaining({ message, hint: undefined }),
  );
});

function selection(input: Input): unknown {
  return parseSelection(input, { verb: 'clear', example: 'cachectl clear a' });
}

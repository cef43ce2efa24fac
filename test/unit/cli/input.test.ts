import { expect, it } from 'vitest';
import { Input } from '../../../src/cli/input.ts';

const waitMs = (text: string) => new Input([], new Map([['timeout', text]])).waitMs('timeout');

it('a time that is waited for is no longer than a timer can wait: a longer one would end at once', () => {
  expect(waitMs('24d')).toBe(24 * 86_400_000);
  expect(() => waitMs('25d')).toThrow('--timeout takes at most 24 days, not "25d"');
  expect(() => waitMs('soon')).toThrow('--timeout takes a duration');
});

import { describe, expect, test } from 'vitest';
import { Input } from '../../../src/cli/input.ts';
import { holds, ttlHolds } from '../../../src/selection/condition.ts';
import { parseSelection } from '../../../src/selection/parse.ts';
import { reachOf } from '../../../src/selection/reach.ts';
import type { Selection } from '../../../src/selection/selection.ts';

function parse(flags: Readonly<Record<string, string | true>>, args: readonly string[] = []): Selection {
  const raw = Object.entries(flags).map(([name, value]) => [name, value === true ? true : [value]] as const);
  return parseSelection(new Input(args, new Map(raw)), { verb: 'clear', example: 'cachectl clear a' });
}

test.each([
  [{}, ['a'], 'named'],
  [{ 'keys-from': 'list' }, [], 'named'],
  [{ pattern: 'a*' }, [], 'selection'],
  [{ pattern: 'a*', ttl: 'none' }, ['b'], 'selection'],
  [{ scope: 'homepage' }, [], 'selection'],
  [{ ttl: 'none' }, [], 'filters'],
  [{ pattern: '*', ttl: 'none' }, [], 'filters'],
  [{ all: true, regex: '^a' }, [], 'filters'],
  [{ pattern: '*', exclude: 'a*' }, [], 'everything'],
  [{ pattern: '?*', limit: '5' }, [], 'everything'],
  [{ all: true }, [], 'everything'],
] as const)('%j %j reaches for %s', (flags, args, reach) => expect(reachOf(parse(flags, args))).toBe(reach));

test.each([
  [{ ttl: '5m' }, '--ttl takes none, or < or > and a duration such as 500ms, 30s, 5m, 1h30m or 7d, not "5m"'],
  [
    { ttl: '>soon' },
    '--ttl takes none, or < or > and a duration such as 500ms, 30s, 5m, 1h30m or 7d, not ">soon"',
  ],
  [{ size: '=5' }, '--size takes < or > and a size such as 512, 64KB, 1.5MB or 2GB, not "=5"'],
  [{ type: 'hsah' }, '--type takes string, list, set, zset, hash or stream, not "hsah"'],
  [{ regex: '(' }, '--regex (: there is a ( without its )'],
  [{ exclude: 'a' }, 'say what to clear: keys, --pattern GLOB or --all'],
  [{ limit: '3' }, 'say what to clear: keys, --pattern GLOB or --all'],
  [{ limit: '0', all: true }, '--limit takes a whole number of 1 or more, not "0"'],
  [{ all: true, scope: 'a' }, '--all stands alone: it already means every key'],
] as const)('refuses %j', (flags, message) => expect(() => parse(flags)).toThrow(message));

test('guesses no type that --type does not take', () => {
  expect(() => parse({ type: 'nope', all: true })).toThrow(expect.objectContaining({ hint: undefined }));
  expect(() => parse({ type: 'hsah', all: true })).toThrow(
    expect.objectContaining({ hint: 'did you mean hash?' }),
  );
});

describe('conditions', () => {
  const { ttl, size, idle } = parse({ ttl: '<5m', size: '>=1KB', idle: '> 7d', all: true });

  test('on life hold in milliseconds, and never for a key without an end', () => {
    if (ttl === undefined) throw new Error('no condition');
    expect([299_999, 300_000, undefined].map((ms) => ttlHolds(ttl, ms))).toEqual([true, false, false]);
    expect([1, undefined].map((ms) => ttlHolds({ kind: 'none' }, ms))).toEqual([false, true]);
  });

  test('on size and idle time hold in bytes and seconds', () => {
    if (size === undefined || idle === undefined) throw new Error('no condition');
    expect([1_023, 1_024].map((bytes) => holds(size, bytes))).toEqual([false, true]);
    expect([604_800, 604_801].map((seconds) => holds(idle, seconds))).toEqual([false, true]);
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteBytes } from '../../../src/keys/printable.ts';
import { PLACE_KINDS, startPlace, type Place } from '../../support/place.ts';
import { runMain } from '../../support/run-main.ts';

/** A key that is there, with all that conditions can ask about. */
interface Entry {
  readonly key: Buffer;
  readonly type: 'string' | 'list' | 'hash';
  readonly ttlSeconds: number | undefined;
  readonly large: boolean;
}

/** A pattern, and independently of any glob matcher what it means. */
interface Glob {
  readonly text: Buffer;
  readonly matches: (key: Buffer) => boolean;
}

const segment = fc.constantFrom('user', 'use', 'cart', 'us*er', '', '[x]', 'é', '\n');
const key = fc
  .tuple(segment, fc.constantFrom(':', '', '/'), fc.oneof(fc.integer({ min: 0, max: 12 }), segment))
  .map(([first, separator, last]) => Buffer.from(`${first}${separator}${last}`));
const binaryKey = fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes));
const entry: fc.Arbitrary<Entry> = fc.record({
  key: fc.oneof({ weight: 5, arbitrary: key }, binaryKey),
  type: fc.constantFrom('string', 'list', 'hash'),
  ttlSeconds: fc.option(fc.constantFrom(100, 1_000, 100_000), { nil: undefined }),
  large: fc.boolean(),
});
const glob: fc.Arbitrary<Glob> = fc.oneof(
  segment
    .filter((text) => text !== '')
    .map((text) => ({
      text: Buffer.from(`${text.replace(/[*?[\]\\]/g, '\\$&')}*`),
      matches: (bytes: Buffer) => bytes.indexOf(Buffer.from(text)) === 0,
    })),
  fc.constantFrom('1', 'r', ':').map((text) => ({
    text: Buffer.from(`*${text}*`),
    matches: (bytes: Buffer) => bytes.includes(Buffer.from(text)),
  })),
  fc.constant({
    text: Buffer.from('*[0-9]'),
    matches: (bytes: Buffer) => bytes.length > 0 && /[0-9]/.test(String.fromCharCode(bytes.at(-1) ?? 0)),
  }),
);
const selection = fc.record({
  keys: fc.array(key, { maxLength: 2 }),
  globs: fc.array(glob, { maxLength: 3 }),
  excludes: fc.array(glob, { maxLength: 2 }),
  type: fc.option(fc.constantFrom('string', 'list', 'hash'), { nil: undefined }),
  ttl: fc.option(fc.constantFrom('none', '<500s', '>500s', '>=2000s'), { nil: undefined }),
  size: fc.option(fc.constantFrom('>2KB', '<2KB'), { nil: undefined }),
  regex: fc.option(fc.constantFrom('^u', '\\d$', '(user|cart):?[0-9]'), { nil: undefined }),
});
type Selected = typeof selection extends fc.Arbitrary<infer Value> ? Value : never;

/** The truth, computed from what was stored and asked, without any of the program's code. */
function isSelected({ key: bytes, type, ttlSeconds, large }: Entry, wanted: Selected): boolean {
  const named = wanted.keys.some((candidate) => candidate.equals(bytes));
  const found =
    wanted.keys.length + wanted.globs.length === 0 || wanted.globs.some(({ matches }) => matches(bytes));
  if (!named && !found) return false;
  if (wanted.excludes.some(({ matches }) => matches(bytes))) return false;
  if (wanted.type !== undefined && wanted.type !== type) return false;
  if (wanted.ttl !== undefined && !lifeFits(wanted.ttl, ttlSeconds)) return false;
  if (wanted.size !== undefined && (wanted.size === '>2KB') !== large) return false;
  const text = isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
  return wanted.regex === undefined || new RegExp(wanted.regex, 'su').test(text);
}

function lifeFits(condition: string, ttlSeconds: number | undefined): boolean {
  if (condition === 'none') return ttlSeconds === undefined;
  if (ttlSeconds === undefined) return false;
  if (condition === '<500s') return ttlSeconds === 100;
  return condition === '>500s' ? ttlSeconds > 100 : ttlSeconds === 100_000;
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8')).equals(bytes);
}

function flagsOf(wanted: Selected): readonly string[] {
  const globs = (name: string, list: readonly Glob[]) => list.flatMap(({ text }) => [name, quoteBytes(text)]);
  const one = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  return [
    '--quoted-input',
    ...globs('--pattern', wanted.globs),
    ...globs('--exclude', wanted.excludes),
    ...one('--type', wanted.type),
    ...one('--ttl', wanted.ttl),
    ...one('--size', wanted.size),
    ...one('--regex', wanted.regex),
    '--',
    ...wanted.keys.map((bytes) => quoteBytes(bytes)),
  ];
}

describe.each(PLACE_KINDS)('on a %s', (kind) => {
  let place: Place;
  beforeAll(async () => {
    place = await startPlace(kind);
  });
  afterAll(() => place.stop());

  async function store(entries: readonly Entry[]): Promise<readonly Entry[]> {
    const unique = [...new Map(entries.map((one) => [one.key.toString('latin1'), one])).values()];
    await place.flush();
    await place.send(
      unique.map(({ key: bytes, type, large }) => {
        const value = 'v'.repeat(large ? 4_096 : 1);
        if (type === 'string') return ['SET', bytes, value];
        return type === 'list' ? ['RPUSH', bytes, value] : ['HSET', bytes, 'field', value];
      }),
    );
    await place.send(
      unique.flatMap(({ key: bytes, ttlSeconds }) =>
        ttlSeconds === undefined ? [] : [['EXPIRE', bytes, ttlSeconds] as const],
      ),
    );
    return unique;
  }

  test('a random selection of random keys is exactly what it should be, listed and removed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 40 }), selection, async (entries, wanted) => {
        const stored = await store(entries);
        const expected = stored.filter((one) => isSelected(one, wanted)).map((one) => one.key);
        const conditions = [wanted.type, wanted.ttl, wanted.size, wanted.regex].some(
          (one) => one !== undefined,
        );
        const flags = flagsOf(wanted);
        const env = { CACHECTL_URL: place.url };
        const listed = await runMain(['keys', '-o', 'ndjson', '--quiet', ...flags], { env });
        expect(listed).toMatchObject({ code: 0, stderr: '' });
        expect(sorted(listed.stdout.trim().split('\n').filter(Boolean).map(keyOfLine))).toEqual(
          sorted(expected),
        );
        const everything = wanted.keys.length + wanted.globs.length === 0;
        if (everything && !conditions) return;
        const cleared = await runMain(['clear', '--json', '--quiet', '--yes', ...flags], { env });
        expect(cleared).toMatchObject({ code: 0, stderr: '' });
        expect(JSON.parse(cleared.stdout)).toMatchObject({ removed: expected.length });
        const left = stored.filter((one) => !isSelected(one, wanted)).map((one) => one.key);
        expect(await place.keys()).toEqual(sorted(left));
      }),
      { numRuns: kind === 'single' ? 150 : 60 },
    );
  });
});

function keyOfLine(line: string): Buffer {
  const record = JSON.parse(line) as { readonly key?: string; readonly key_base64?: string };
  return record.key === undefined ? Buffer.from(record.key_base64 ?? '', 'base64') : Buffer.from(record.key);
}

function sorted(keys: readonly Buffer[]): readonly Buffer[] {
  return [...keys].sort((a, b) => Buffer.compare(a, b));
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyFolder, MOST_SEGMENTS } from '../../../src/analyze/fold.ts';
import { globOf, showFolded } from '../../../src/analyze/placeholder.ts';
import { matchesGlob } from '../../../src/keys/pattern.ts';

const folder = new KeyFolder(Buffer.from(':/|.'));

function fold(key: string | Buffer): string {
  return showFolded(foldBytes(Buffer.from(key)));
}

function foldBytes(key: Buffer): Buffer {
  folder.fold(key, 0, key.length);
  return Buffer.from(folder.bytes.subarray(0, folder.length));
}

describe('what differs from key to key is folded', () => {
  test.each([
    ['user:42', 'user:{n}'],
    ['user:42:dashboard', 'user:{n}:dashboard'],
    ['products_list_0cc175b9c0f1b6a831c399e269772661', 'products_list_{md5}'],
    ['sha:a9993e364706816aba3e25717850c26c9cd0d89d', 'sha:{sha1}'],
    ['blob/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'blob/{sha256}'],
    ['job:deadbeef01', 'job:{hex}'],
    ['session:123e4567-e89b-12d3-a456-426614174000:cart', 'session:{uuid}:cart'],
    ['report:2024-01-31', 'report:{date}'],
    ['report:2024-01-31_daily', 'report:{date}_daily'],
    ['order:01ARZ3NDEKTSV4RRFFQ69G5FAV', 'order:{id}'],
    ['token:V1StGXR8_Z5jdHi6B-myTqW', 'token:{id}'],
    ['user1234', 'user{n}'],
    ['thumb:300x200', 'thumb:{n}x{n}'],
    [
      ':1:views.decorators.cache.cache_page..GET.0cc175b9c0f1b6a831c399e269772661.d41d8cd98f00b204e9800998ecf8427e.en-us.UTC',
      ':{n}:views.decorators.cache.cache_page..GET.{md5}.{md5}.en-us.UTC',
    ],
  ])('%s', (key, pattern) => expect(fold(key)).toBe(pattern));
});

describe('words, versions and single digits stay', () => {
  test.each([
    'homepage:features',
    'products:v7:list',
    'assets:s3:logo',
    'dashboard',
    'facade:decade',
    'cache:defaced',
    'content-management-system-configuration',
    'a::b',
    '{tag}:x',
    '',
  ])('%s', (key) => expect(fold(key)).toBe(key));
});

test('shows what cannot be shown escaped, and takes a byte of its own language for what it is', () => {
  expect(fold(Buffer.from('a\x1fn:\x00\xff:12', 'latin1'))).toBe('a\\x1fn:\\x00\\xff:{n}');
});

test('says where segments end, separators included', () => {
  folder.fold(Buffer.from('user:42:dashboard'), 0, 17);
  const ends = [...folder.segmentEnds.subarray(0, folder.segments)];
  expect(ends.map((end, index) => showFolded(folder.bytes.subarray(ends[index - 1] ?? 0, end)))).toEqual([
    'user:',
    '{n}:',
    'dashboard',
  ]);
  folder.fold(Buffer.from('user:'), 0, 5);
  expect([...folder.segmentEnds.subarray(0, folder.segments)]).toEqual([5]);
});

test.each([
  ['letters alone', 'a'.repeat(5_000)],
  ['characters of several bytes', `a:${'長い'.repeat(200)}`],
  ['the same, one byte on', `ab:${'長い'.repeat(200)}`],
  ['many parts in one segment', `${'x-'.repeat(3_000)}:b`],
])('a long key is cut between two characters, and its glob matches it: %s', (_, text) => {
  const key = Buffer.from(text);
  const folded = foldBytes(key);
  expect(folded.length).toBeLessThan(270);
  expect(showFolded(folded)).toMatch(/^[^\\]+\{rest\}$/);
  expect(matchesGlob(globOf(folded), key)).toBe(true);
});

test('no key is too long, too deep or too strange; its glob matches it', () => {
  const keys = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc.string({ maxLength: 60 }).map((text) => Buffer.from(text)),
    fc
      .array(
        fc.constantFrom('a', '12', ':', '0cc175b9c0f1b6a831c399e269772661', '-', '\x1f', '*', '[', '\\'),
        { maxLength: 60 },
      )
      .map((parts) => Buffer.from(parts.join(''))),
  );
  fc.assert(
    fc.property(keys, (bytes) => {
      const key = Buffer.from(bytes);
      const folded = foldBytes(key);
      expect(folder.segments).toBeLessThanOrEqual(MOST_SEGMENTS);
      expect(folder.segmentEnds[folder.segments - 1]).toBe(folded.length);
      expect(matchesGlob(globOf(folded), key)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

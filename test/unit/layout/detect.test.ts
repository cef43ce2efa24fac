import { describe, expect, test } from 'vitest';
import { recognizeKey } from '../../../src/keys/recognize.ts';
import { detectLayouts } from '../../../src/layout/detect.ts';
import type { SampledKey } from '../../../src/layout/sample.ts';

const sampled = (key: string, head?: string): SampledKey => ({
  key: Buffer.from(key, 'utf8'),
  head: head === undefined ? undefined : Buffer.from(head, 'latin1'),
});

describe('a sample of', () => {
  test('Django: by pages, fragments, sessions and pickles', () => {
    const [best] = detectLayouts([
      sampled('shop:2:template.cache.sidebar.d41d8cd98f00b204e9800998ecf8427e'),
      sampled('shop:2:user:42', '\x80\x04\x95'),
      sampled('shop:2:count', '42'),
      sampled('other'),
    ]);
    expect(best).toEqual({
      spec: { type: 'django', prefixes: ['shop'], versions: [2] },
      fits: 3,
      evidence: [
        ['template fragments', 1],
        ['pickled values', 1],
      ],
    });
  });

  test.each([
    [
      'laravel_database_laravel_cache:user:1',
      undefined,
      { type: 'laravel', redisPrefix: 'laravel_database_', cachePrefix: 'laravel_cache:' },
    ],
    [
      'shop-database-shop-cache-user:1',
      undefined,
      { type: 'laravel', redisPrefix: 'shop-database-', cachePrefix: 'shop-cache-' },
    ],
    ['app:\0tags\0news', undefined, { type: 'symfony', namespace: 'app' }],
    ['app:\u0001tags\u0001news', undefined, { type: 'symfony', namespace: 'app' }],
    ['wp:options:alloptions', undefined, { type: 'wordpress', prefix: '', blogPrefixes: ['wp'] }],
    ['keyv::keyv:plain', undefined, { type: 'keyv', namespace: 'keyv', keyPrefix: true }],
    ['ns::key', '{"value":1,"expires":2}', { type: 'keyv', namespace: 'ns', keyPrefix: false }],
    ['products::42', '\xac\xed\0\x05sr', { type: 'spring', prefix: '' }],
    ['shop:prod:products::42', '\xac\xed\0\x05sr', { type: 'spring', prefix: 'shop:prod:' }],
    ['shop:user/1', '\0\x11\x01', { type: 'rails', namespace: 'shop', longKeys: 'sha256' }],
    [
      'shop:views/products/index:0123456789abcdef0123456789abcdef/products/1',
      undefined,
      { type: 'rails', namespace: 'shop', longKeys: 'sha256' },
    ],
  ])('%j is found out', (key, head, spec) => {
    const [best] = detectLayouts([sampled(key, head)]);
    expect(best?.spec).toEqual(spec);
    expect(best?.fits).toBe(1);
  });

  test("a Spring prefix is what all keys have before their caches' names", () => {
    const specOf = (...keys: readonly string[]) =>
      detectLayouts(keys.map((key) => sampled(key, '\xac\xed\0\x05sr')))[0]?.spec;
    expect(specOf('shop:a::1', 'shop:b::1:2::3')).toEqual({ type: 'spring', prefix: 'shop:' });
    expect(specOf('shop:a::1', 'b::1')).toEqual({ type: 'spring', prefix: '' });
  });

  test('nothing that a framework writes is plain, with the prefix that all keys share', () => {
    const keys = ['shop:user:42', 'shop:user:43', 'shop:home'].map((key) => sampled(key, 'text'));
    expect(detectLayouts(keys)).toEqual([
      { spec: { type: 'plain', prefix: 'shop:' }, fits: 3, evidence: [] },
    ]);
    expect(detectLayouts([sampled('user:42:profile')])[0]?.spec).toEqual({ type: 'plain', prefix: '' });
    expect(detectLayouts([])[0]?.spec).toEqual({ type: 'plain', prefix: '' });
  });
});

test('a key is explained by the mark on it alone', () => {
  expect(recognizeKey(Buffer.from('a:b:3:django.contrib.sessions.cacheabc'))).toMatchObject({
    layout: 'django',
    prefix: Buffer.from('a:b:3:'),
    version: 3,
    kind: 'session',
    details: [
      ['session ID', 'abc'],
      ['engine', 'cache'],
    ],
  });
  expect(recognizeKey(Buffer.from('user:42'))).toBeUndefined();
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLayout } from '../../../src/config/parse-layout.ts';

test.each([
  ['plain', { type: 'plain', prefix: '' }],
  ['plain:prefix=shop:', { type: 'plain', prefix: 'shop:' }],
  ['plain:prefix=a\\,b\\\\=c', { type: 'plain', prefix: 'a,b\\=c' }],
  ['django', { type: 'django', prefixes: [''], versions: [1] }],
  ['django:prefix=shop,version=2', { type: 'django', prefixes: ['shop'], versions: [2] }],
  [
    'django:prefix=,prefix=shop,version=1,version=7',
    { type: 'django', prefixes: ['', 'shop'], versions: [1, 7] },
  ],
  [
    'django:key_prefix=site,language=fr,time_zone=UTC',
    { type: 'django', prefixes: [''], versions: [1], pageKeyPrefix: 'site', language: 'fr', timeZone: 'UTC' },
  ],
  ['rails:namespace=shop,long_keys=sha2', { type: 'rails', namespace: 'shop', longKeys: 'sha2' }],
  ['laravel', { type: 'laravel', redisPrefix: 'laravel-database-', cachePrefix: 'laravel-cache-' }],
  ['wordpress:blog_prefix=1,blog_prefix=', { type: 'wordpress', prefix: '', blogPrefixes: ['1', ''] }],
  ['keyv:namespace=ns,key_prefix=false', { type: 'keyv', namespace: 'ns', keyPrefix: false }],
])('%s is read', (text, spec) => {
  expect(parseLayout(text)).toEqual(spec);
});

test.each([
  ['djnago', 'there is no layout djnago, did you mean django?'],
  ['', 'there is no layout'],
  ['django:prefix', '"prefix" is no name=value'],
  [
    'django:namespace=x',
    'django has no setting namespace; it has prefix, version, key_prefix, language, time_zone',
  ],
  ['django:version=two', 'version: expected one value, or a list of at least one'],
  ['keyv:key_prefix=maybe', 'key_prefix: expected true or false'],
  ['plain:prefix=a,prefix=b', 'prefix: expected a string'],
])('%s is refused', (text, message) => {
  expect(() => parseLayout(text)).toThrow(message);
});

test('any prefix can be written', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (prefix) => {
      const written = prefix.replace(/[\\,]/g, '\\$&');
      expect(parseLayout(`plain:prefix=${written}`)).toEqual({ type: 'plain', prefix });
    }),
  );
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { djangoAbsoluteUri } from '../../../../src/keys/django/absolute-uri.ts';
import { djangoFragmentKeys } from '../../../../src/keys/django/fragment-key.ts';
import {
  headerHashes,
  headerListPattern,
  pageKeys,
  pagePatterns,
  parseHeaderListKey,
  parsePageKey,
} from '../../../../src/keys/django/page-keys.ts';
import { matchesGlob } from '../../../../src/keys/pattern.ts';

const md5 = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

describe('the absolute URI', () => {
  test.each([
    ['http://shop.example', 'http://shop.example/'],
    ['HTTP://Shop.Example:80/a', 'http://shop.example/a'],
    ['https://shop.example:8443/a?b=c#d', 'https://shop.example:8443/a?b=c'],
    ['http://h/café x', 'http://h/caf%C3%A9%20x'],
    ['http://h/caf%c3%a9;a=1', 'http://h/caf%C3%A9%3Ba%3D1'],
    ['http://h/a?q=%c3%a9&r=é', 'http://h/a?q=%c3%a9&r=%C3%A9'],
    ['http://h/a?', 'http://h/a'],
  ])('of %s is %s', (url, uri) => {
    expect(djangoAbsoluteUri(url)).toBe(uri);
  });

  test.each(['/products/', 'shop.example/', 'redis://h/', 'http://', ''])('is not there for "%s"', (url) => {
    expect(djangoAbsoluteUri(url)).toBeUndefined();
  });

  test('does not change by being taken again', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        const uri = djangoAbsoluteUri(url) ?? '';
        // A path is decoded once: only what decodes to a percent sign reads differently the second time.
        fc.pre(!/%25/.test(uri));
        expect(djangoAbsoluteUri(uri)).toBe(uri);
      }),
    );
  });
});

describe('the hash of the headers', () => {
  test('is computed classic, with markers and as netstrings', () => {
    const headers = new Map([['HTTP_X_TENANT', 'acmé']]);
    const wire = 'acmÃ©';
    expect(headerHashes(['HTTP_ACCEPT', 'HTTP_X_TENANT'], headers)).toEqual([
      md5(wire),
      md5(`-,${wire}`),
      md5(`0:,${Buffer.byteLength(wire)}:${wire},`),
    ]);
  });

  test('is one only where no header counts', () => {
    expect(headerHashes([], new Map([['HTTP_X', 'y']]))).toEqual([md5('')]);
  });
});

test('a fragment has a key for each way to join its arguments', () => {
  const keys = djangoFragmentKeys('sidebar', ['bob', '7']).map(String);
  expect(keys).toEqual([
    `template.cache.sidebar.${md5('bob:7:')}`,
    `template.cache.sidebar.${md5('3:bob,1:7,')}`,
  ]);
  expect(djangoFragmentKeys('footer', []).map(String)).toEqual([`template.cache.footer.${md5('')}`]);
});

test('page keys are parsed back, whatever the key_prefix, and their patterns find them and no other page', () => {
  const part = fc.string({ unit: fc.constantFrom(...'ab.*[]é'.split('')), maxLength: 6 });
  const suffix = fc.constantFrom('', '.en-us', '.UTC', '.en-us.UTC', '.fr.Europe/Paris');
  fc.assert(
    fc.property(
      part,
      suffix,
      fc.constantFrom('GET', 'HEAD'),
      fc.webPath(),
      (keyPrefix, ending, method, path) => {
        const uri = `http://h${path}`;
        const list = { keyPrefix, uriMd5: md5(uri), suffix: ending };
        const [key = Buffer.alloc(0)] = pageKeys(list, [method], ['HTTP_X'], new Map());
        expect(parsePageKey(key.toString())).toMatchObject({ ...list, method });
        const header = Buffer.from(`views.decorators.cache.cache_header.${keyPrefix}.${md5(uri)}${ending}`);
        expect(parseHeaderListKey(header.toString())).toEqual(list);
        const finds = (address: string, methods: readonly string[], candidate: Buffer): boolean => {
          const page = { uri: address, methods, known: {} };
          return [...pagePatterns(page), headerListPattern(page)].some((glob) =>
            matchesGlob(glob, candidate),
          );
        };
        expect(finds(uri, [], key)).toBe(true);
        expect(finds(uri, [method], key)).toBe(true);
        expect(finds(uri, ['POST'], key)).toBe(false);
        expect(finds(uri, [], header)).toBe(true);
        expect(finds(`${uri}x`, [], key)).toBe(false);
      },
    ),
  );
});

test('what is known of pages makes their patterns exact', () => {
  const page = {
    uri: 'http://h/',
    methods: ['GET'],
    known: { pageKeyPrefix: 'a*', language: 'fr', timeZone: 'UTC' },
  };
  const hash = md5('http://h/');
  expect(headerListPattern(page).toString()).toBe(`views.decorators.cache.cache_header.a\\*.${hash}.fr.UTC`);
  expect(pagePatterns(page).map(String)).toEqual([
    `views.decorators.cache.cache_page.a\\*.GET.${hash}.*.fr.UTC`,
  ]);
  const switchedOff = { ...page, known: { pageKeyPrefix: '', language: '', timeZone: '' } };
  expect(headerListPattern(switchedOff).toString()).toBe(`views.decorators.cache.cache_header..${hash}`);
});

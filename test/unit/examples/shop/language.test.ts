import { describe, expect, it } from 'vitest';
import { chooseLanguage } from '../../../../examples/shop/language.ts';

describe('choosing a language', () => {
  it.each([
    ['the query before the header', 'de', 'fr', 'de'],
    ['the query in any case', 'FR', undefined, 'fr'],
    ['the header when the query names a language the shop lacks', 'it', 'fr', 'fr'],
    ['English without any wish', null, undefined, 'en'],
    ['the highest quality', null, 'en;q=0.5, de;q=0.9, fr;q=0.7', 'de'],
    ['the first of equals', null, 'fr, de', 'fr'],
    ['the language of a regional variant', null, 'de-CH, en;q=0.8', 'de'],
    ['English where nothing fits', null, 'it, es', 'en'],
    ['anything for a star', null, 'it, *;q=0.1', 'en'],
    ['a star without what is excluded', null, 'en;q=0, *', 'fr'],
    ['English for a malformed header', null, ';;q=,,%', 'en'],
  ] as const)('takes %s', (_, requested, header, expected) => {
    expect(chooseLanguage(requested, header)).toBe(expected);
  });
});

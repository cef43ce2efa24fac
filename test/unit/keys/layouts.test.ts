import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LayoutSpec } from '../../../src/config/layout.ts';
import { createLayout, rawLayout } from '../../../src/keys/layout.ts';
import { escapeGlob, matchesGlob } from '../../../src/keys/pattern.ts';
import { railsCompositeKey } from '../../../src/keys/layout/rails.ts';
import { laravelTaggedKey } from '../../../src/keys/layout/laravel.ts';

/** Bytes of any kind, many of them with a meaning in globs or in layouts. */
const bytes = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('*?[]\\:^-ab'))), {
    maxLength: 40,
  })
  .map((array) => Buffer.from(array));
const word = fc.string({ unit: fc.constantFrom(...'ab:*?[]\\é-_'.split('')), maxLength: 6 });

/** Any layout but WordPress', which changes what is in a key. */
const spec: fc.Arbitrary<LayoutSpec> = fc.oneof(
  word.map((prefix) => ({ type: 'plain', prefix }) as const),
  fc.record({
    type: fc.constant('django' as const),
    prefixes: fc.array(word, { minLength: 1, maxLength: 3 }),
    versions: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  }),
  word.map((namespace) => ({ type: 'rails', namespace, longKeys: 'md5' }) as const),
  fc
    .tuple(word, word)
    .map(([redisPrefix, cachePrefix]) => ({ type: 'laravel', redisPrefix, cachePrefix }) as const),
  word.map((prefix) => ({ type: 'spring', prefix }) as const),
  word.map((namespace) => ({ type: 'symfony', namespace }) as const),
  fc
    .tuple(word, fc.boolean())
    .map(([namespace, keyPrefix]) => ({ type: 'keyv', namespace, keyPrefix }) as const),
);
const oneplaced = spec.filter(
  (candidate) =>
    candidate.type !== 'django' || (candidate.prefixes.length === 1 && candidate.versions.length === 1),
);

describe('every layout', () => {
  test('leads from a logical key to a physical one and back', () => {
    fc.assert(
      fc.property(oneplaced, bytes, (chosen, key) => {
        const layout = createLayout(chosen);
        const physical = layout.toPhysical(key);
        expect(layout.toLogical(physical)).toEqual(key);
        expect(layout.toPhysicalKeys(key)).toEqual([physical]);
        expect(physical.subarray(0, layout.prefix.length)).toEqual(layout.prefix);
      }),
    );
  });

  test('has every place in reach, the first one to write to', () => {
    fc.assert(
      fc.property(spec, bytes, (chosen, key) => {
        const layout = createLayout(chosen);
        const places = layout.toPhysicalKeys(key);
        expect(places[0]).toEqual(layout.toPhysical(key));
        expect(new Set(places.map((place) => place.toString('latin1'))).size).toBe(places.length);
        // A longer prefix may claim a key, but none is foreign.
        for (const place of places) expect(layout.toLogical(place)).toBeDefined();
      }),
    );
  });

  test('turns a pattern into those that match exactly the physical keys of matching logical ones', () => {
    fc.assert(
      fc.property(oneplaced, bytes, bytes, bytes, (chosen, start, key, other) => {
        const layout = createLayout(chosen);
        const pattern = Buffer.concat([escapeGlob(start), Buffer.from('*')]);
        const matches = (physical: Buffer): boolean =>
          layout.toPhysicalPatterns(pattern).some((glob) => matchesGlob(glob, physical));
        expect(matches(layout.toPhysical(Buffer.concat([start, key])))).toBe(true);
        expect(matches(layout.toPhysical(other))).toBe(other.subarray(0, start.length).equals(start));
        // What is not of the layout is never matched.
        if (layout.toLogical(other) === undefined) expect(matches(other)).toBe(false);
        expect(layout.toPhysicalPatterns(pattern)[0]).toEqual(layout.toPhysicalPattern(pattern));
      }),
    );
  });

  test('explains each of its own keys', () => {
    fc.assert(
      fc.property(spec, bytes, (chosen, key) => {
        const layout = createLayout(chosen);
        const physical = layout.toPhysical(key);
        const explanation = layout.explain(physical);
        expect(explanation?.layout).toBe(chosen.type);
        expect(Buffer.concat([explanation?.prefix ?? key, explanation?.logical ?? key])).toEqual(physical);
      }),
    );
  });

  test('with --raw takes keys as they are, and explains them all the same', () => {
    const layout = rawLayout(createLayout({ type: 'django', prefixes: ['shop'], versions: [2] }));
    const key = Buffer.from('shop:2:user:42');
    expect(layout.toPhysical(key)).toEqual(key);
    expect(layout.toPhysicalPatterns(Buffer.from('*'))).toEqual([Buffer.from('*')]);
    expect(layout.explain(key)).toMatchObject({
      layout: 'django',
      version: 2,
      logical: Buffer.from('user:42'),
    });
  });
});

describe('the physical key of', () => {
  const cases: readonly (readonly [LayoutSpec, string, string])[] = [
    [{ type: 'plain', prefix: 'shop:' }, 'user:42', 'shop:user:42'],
    [{ type: 'django', prefixes: [''], versions: [1] }, 'user:42', ':1:user:42'],
    [{ type: 'django', prefixes: ['shop'], versions: [2] }, 'user:42', 'shop:2:user:42'],
    [{ type: 'rails', namespace: 'shop', longKeys: 'sha256' }, 'user/1/a=1', 'shop:user/1/a=1'],
    [
      { type: 'laravel', redisPrefix: 'laravel-database-', cachePrefix: 'laravel-cache-' },
      'user:42',
      'laravel-database-laravel-cache-user:42',
    ],
    [{ type: 'spring', prefix: 'shop:' }, 'products::42', 'shop:products::42'],
    [{ type: 'symfony', namespace: 'app' }, 'user.42', 'app:user.42'],
    [
      { type: 'wordpress', prefix: 'site', blogPrefixes: ['wp_'] },
      'options:alloptions',
      'sitewp:options:alloptions',
    ],
    [{ type: 'wordpress', prefix: '', blogPrefixes: ['wp'] }, 'posts:a:b', 'wp:posts:a-b'],
    [{ type: 'keyv', namespace: 'keyv', keyPrefix: true }, 'plain', 'keyv::keyv:plain'],
    [{ type: 'keyv', namespace: 'ns', keyPrefix: false }, 'key', 'ns::key'],
  ];
  test.each(cases)('%j %s', (chosen, logical, physical) => {
    expect(createLayout(chosen).toPhysical(Buffer.from(logical)).toString()).toBe(physical);
  });
});

describe('a Rails key', () => {
  test('over 1024 bytes is cut, and ends as each release writes it', () => {
    const layout = createLayout({ type: 'rails', namespace: 'shop', longKeys: 'sha2' });
    const places = layout.toPhysicalKeys(Buffer.from('k'.repeat(1_020)));
    expect(places).toHaveLength(3);
    for (const place of places) expect(place).toHaveLength(1_024);
    expect(places[0]?.toString()).toMatch(/^shop:k+:sha2:[0-9a-f]{64}$/);
    expect(places[1]?.toString()).toMatch(/^shop:k+:hash:[0-9a-f]{32}$/);
    expect(layout.toPhysicalKeys(Buffer.from('k'.repeat(1_019)))).toHaveLength(1);
    expect(layout.explain(places[0] ?? Buffer.alloc(0))?.what).toBe('entry whose key was over 1024 bytes');
  });

  test.each([
    ['["user", 1, {"a": 1}]', 'user/1/a=1'],
    ['["views", ["a", "b"], null, true]', 'views/a/b//true'],
    ['{"b": 2, "a": "x"}', 'a=x/b=2'],
    ['["only"]', 'only'],
    ['"text"', 'text'],
  ])('%s is %s', (json, expanded) => {
    expect(railsCompositeKey(JSON.parse(json))).toBe(expanded);
  });

  test('is refused where Ruby would write a number in a way of its own', () => {
    expect(() => railsCompositeKey([1.5])).toThrow(RangeError);
    expect(() => railsCompositeKey({ a: { b: 1 } })).toThrow(RangeError);
  });
});

test('an item of Laravel with tags carries the SHA-1 of its tag sets', () => {
  expect(laravelTaggedKey(['people', 'artists'], Buffer.from('John')).toString()).toBe(
    '67a10cb892b135ed0c0aeda0ccf2afea4f0c7855:John',
  );
});

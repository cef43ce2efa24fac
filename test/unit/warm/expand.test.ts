import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CachectlError } from '../../../src/cli/errors.ts';
import { PRODUCT_DEFAULTS, type EntrySpec } from '../../../src/config/spec.ts';
import { createLayout } from '../../../src/keys/layout.ts';
import { requestUrl, targetBuilder, type TargetSettings } from '../../../src/warm/build-target.ts';
import { expandScope } from '../../../src/warm/expand.ts';
import type { Failure } from '../../../src/warm/failure.ts';
import type { OpenScope } from '../../../src/warm/plan.ts';
import { SeenKeys } from '../../../src/warm/seen-keys.ts';
import { listSource } from '../../../src/warm/sources/inline.ts';
import { rangeSource } from '../../../src/warm/sources/range.ts';
import { SINGLE_SOURCE, type VariableSource } from '../../../src/warm/sources/source.ts';
import type { Target } from '../../../src/warm/target.ts';

const settings: TargetSettings = {
  specPath: 'cachectl.yaml',
  origin: { baseUrl: 'http://origin.test/app/', headers: { 'X-Base': 'base', 'accept-language': 'de' } },
  defaults: PRODUCT_DEFAULTS,
  layout: createLayout({ type: 'plain', prefix: 'p:' }),
  versions: new Map(),
};

function entry(parts: Partial<EntrySpec>, line = 7): EntrySpec {
  return {
    key: 'k',
    path: '/x',
    ttlSeconds: 60,
    ttlJitter: 0,
    headers: {},
    tags: [],
    at: { pointer: '/scopes/s/entries/0', line },
    ...parts,
  };
}

function open(entries: readonly (readonly [EntrySpec, VariableSource])[], limit?: number): OpenScope {
  return {
    scope: { name: 's', entries: entries.map(([spec]) => spec) },
    limit,
    entries: entries.map(([spec, source]) => ({ entry: spec, source: { kind: 'open', source } })),
  };
}

async function expand(scope: OpenScope): Promise<{
  readonly targets: readonly Target[];
  readonly failures: readonly Failure[];
  readonly merged: number;
}> {
  const targets: Target[] = [];
  const failures: Failure[] = [];
  let merged = 0;
  const expansion = expandScope(scope, {
    settings,
    seen: new SeenKeys(),
    onFailure: (failure) => failures.push(failure),
    onMerged: () => merged++,
  });
  for await (const target of expansion) targets.push(target);
  return { targets, failures, merged };
}

function build(parts: Partial<EntrySpec>, variables: Readonly<Record<string, string>> = {}): Target {
  return targetBuilder('s', entry(parts), settings)(variables);
}

describe('a target', () => {
  it('has its placeholders filled in: encoded in the URL, raw in key, headers and tags', () => {
    const variables = { id: 'a b/ü?#', lang: 'fr' };
    const target = build(
      { key: 'u:{id}', path: '/u/{id}?l={lang}', headers: { 'X-Id': 'id={lang}' }, tags: ['t:{id}', 'all'] },
      variables,
    );
    expect(target).toMatchObject({
      key: 'u:a b/ü?#',
      url: 'http://origin.test/app/u/a%20b%2F%C3%BC%3F%23?l=fr',
      tags: ['t:a b/ü?#', 'all'],
      ttlSeconds: 60,
      timeoutMs: PRODUCT_DEFAULTS.timeoutMs,
    });
    expect(target.headers).toEqual({ 'X-Base': 'base', 'accept-language': 'de', 'X-Id': 'id=fr' });
    expect(target.physicalKey).toEqual(Buffer.from('p:u:a b/ü?#'));
  });

  it('replaces a header of the origin by its own, whatever the case', () => {
    expect(build({ headers: { 'Accept-Language': 'en' } }).headers).toEqual({
      'X-Base': 'base',
      'Accept-Language': 'en',
    });
  });

  it('keeps every value exactly: what the origin decodes is what the key holds', () => {
    const value = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/^\.{1,2}$/.test(text) && !/\p{Cs}/u.test(text));
    fc.assert(
      fc.property(value, (id) => {
        const { url, key } = build({ key: '{id}', path: '/a/{id}/b?q={id}' }, { id });
        const parsed = new URL(url);
        expect(parsed.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'app', 'a', id, 'b']);
        expect(parsed.search).toMatch(/^\?q=[A-Za-z0-9\-_.!~*'()%]+$/);
        expect(decodeURIComponent(parsed.search.slice(3))).toBe(id);
        expect(parsed.origin).toBe('http://origin.test');
        expect(key).toBe(id);
      }),
    );
  });

  it.each([
    ['an empty value', { v: '' }, 'cachectl.yaml:7: {v} is empty'],
    [
      'a line feed for a header',
      { v: 'a\nb' },
      'cachectl.yaml:7: the value of header X has a character that no header can hold',
    ],
    [
      'a NUL for a header',
      { v: '\0' },
      'cachectl.yaml:7: the value of header X has a character that no header can hold',
    ],
    [
      'a step up in the path',
      { v: '..' },
      'cachectl.yaml:7: the path /.. has a segment of dots, which leads elsewhere',
    ],
    ['half a surrogate pair', { v: '\udc00' }, 'cachectl.yaml:7: {v} is not valid Unicode text'],
  ])('is refused for %s, naming the entry', (_name, variables, message) => {
    const attempt = (): Target => build({ key: '{v}', path: '/{v}', headers: { X: '{v}' } }, variables);
    expect(attempt).toThrow(CachectlError);
    expect(attempt).toThrow(message);
  });

  it('takes an absolute URL as it is, and drops fragments', () => {
    expect(requestUrl('http://h/app', 'http://h/other#x')).toBe('http://h/other');
    expect(requestUrl('http://h', '/a?b=c#d')).toBe('http://h/a?b=c');
    expect(requestUrl('http://h/', '/')).toBe('http://h/');
  });
});

describe('the expansion of a scope', () => {
  it('is the product of source and matrix, the matrix turning fastest', async () => {
    const spec = entry({ key: '{i}{a}{b}', matrix: { a: ['x', 'y'], b: ['1', '2'] } });
    const { targets } = await expand(open([[spec, listSource(['p', 'q'], 'i')]]));
    expect(targets.map(({ key }) => key)).toEqual(['px1', 'px2', 'py1', 'py2', 'qx1', 'qx2', 'qy1', 'qy2']);
  });

  it('has as many targets as the product says, within the limits of entry and scope', async () => {
    const list = fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', 'c', 'd') }),
      { minLength: 1, maxLength: 4 },
    );
    const maybe = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(list, list, list, maybe, maybe, async (values, a, b, entryLimit, scopeLimit) => {
        const spec = entry({
          key: '{v}|{a}|{b}',
          matrix: { a, b },
          ...(entryLimit === undefined ? {} : { limit: entryLimit }),
        });
        const other = entry({ key: 'other' });
        const { targets, failures } = await expand(
          open(
            [
              [spec, listSource(values, 'v')],
              [other, SINGLE_SOURCE],
            ],
            scopeLimit,
          ),
        );
        const ofEntry = Math.min(values.length * a.length * b.length, entryLimit ?? Infinity);
        expect(targets).toHaveLength(Math.min(ofEntry + 1, scopeLimit ?? Infinity));
        expect(new Set(targets.map(({ key }) => key)).size).toBe(targets.length);
        expect(failures).toEqual([]);
      }),
    );
  });

  it('walks ranges in both directions, both ends included', async () => {
    const walk = async (start: number, end: number, step: number): Promise<readonly string[]> => {
      const range = rangeSource({ from: 'range', start, end, step, as: 'n' });
      return (await expand(open([[entry({ key: '{n}', path: '/{n}' }), range]]))).targets.map(
        ({ key }) => key,
      );
    };
    expect(await walk(1, 3, 1)).toEqual(['1', '2', '3']);
    expect(await walk(3, 0, -2)).toEqual(['3', '1']);
    expect(await walk(5, 5, 1)).toEqual(['5']);
    expect(await walk(-1, 1, 1)).toEqual(['-1', '0', '1']);
  });

  it('takes no more from a source than it yields', async () => {
    const scope = open([
      [
        entry({ key: '{n}', path: '/{n}', limit: 2 }),
        rangeSource({ from: 'range', start: 1, end: 1e12, step: 1, as: 'n' }),
      ],
    ]);
    expect((await expand(scope)).targets).toHaveLength(2);
  });

  it('merges the same request for the same key, and refuses another request for it', async () => {
    const first = entry({ key: 'same', path: '/a' }, 3);
    const again = entry({ key: 'same', path: '/a' }, 4);
    const other = entry({ key: 'same', path: '/b' }, 5);
    const { targets, failures, merged } = await expand(
      open([
        [first, SINGLE_SOURCE],
        [again, SINGLE_SOURCE],
        [other, SINGLE_SOURCE],
      ]),
    );
    expect([targets.length, merged, failures.length]).toEqual([1, 1, 1]);
    expect(failures[0]?.error.message).toBe(
      'cachectl.yaml:3 and cachectl.yaml:5 both fill the key same, with different requests',
    );
  });

  it('goes on after a value that does not fit', async () => {
    const { targets, failures } = await expand(
      open([[entry({ key: '{v}', path: '/{v}' }), listSource(['a', '', 'b'], 'v')]]),
    );
    expect(targets.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(failures).toHaveLength(1);
  });

  it('tells of a source that failed and goes on with the next entry', async () => {
    const error = new CachectlError('no', { code: 'origin.refused', exitCode: 3 });
    const scope: OpenScope = {
      scope: { name: 's', entries: [] },
      limit: undefined,
      entries: [
        { entry: entry({ key: 'a' }), source: { kind: 'failed', error, url: 'http://origin.test/ids' } },
        { entry: entry({ key: 'b' }), source: { kind: 'open', source: SINGLE_SOURCE } },
      ],
    };
    const { targets, failures } = await expand(scope);
    expect(targets.map(({ key }) => key)).toEqual(['b']);
    expect(failures).toMatchObject([{ url: 'http://origin.test/ids', error: { code: 'origin.refused' } }]);
  });
});

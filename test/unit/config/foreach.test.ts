import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/diagnose.ts';
import { parseWholeSpec } from '../../../src/config/load.ts';
import type { ScopeSpec } from '../../../src/config/spec.ts';

const load = (text: string) => parseWholeSpec({ path: 'cachectl.yaml', text }, {});
const HEAD = 'version: 1\nscopes:\n  s:\n    entries:\n';
/** An entry on line 5 whose foreach starts at column 1 of what is returned. */
const entry = (foreach: string, key = '{id}') =>
  `${HEAD}      - { key: "${key}", path: "/{id}", foreach: ${foreach} }\n`;

async function sources(foreach: string, key?: string): Promise<unknown> {
  const { spec } = await load(entry(foreach, key));
  return spec.scopes['s']?.entries[0]?.foreach;
}

async function mistakes(text: string): Promise<readonly string[]> {
  try {
    await load(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
  throw new Error('nothing was refused');
}

describe('the sources of variables', () => {
  it.each([
    [
      '{ from: inline, values: [{ id: 007 }], as: [id] }',
      { from: 'inline', values: [{ id: '007' }], as: ['id'] },
    ],
    ['{ from: file, path: a.csv, as: id }', { from: 'file', path: 'a.csv', format: 'csv', as: 'id' }],
    [
      '{ from: file, path: a.jsonl.gz, as: id }',
      { from: 'file', path: 'a.jsonl.gz', format: 'ndjson', as: 'id' },
    ],
    ['{ from: file, path: "-", as: id }', { from: 'file', path: '-', format: 'lines', as: 'id' }],
    [
      '{ from: http, path: /a, select: a, pages: { param: p, start: 0 }, max_pages: 3, as: { id: b } }',
      {
        from: 'http',
        path: '/a',
        select: 'a',
        pages: { kind: 'param', param: 'p', start: 0 },
        maxPages: 3,
        as: { id: 'b' },
      },
    ],
    [
      '{ from: redis, sorted_set: z, top: 5, as: id }',
      { from: 'redis', query: { kind: 'sorted_set', key: 'z', top: 5 }, as: 'id' },
    ],
    ['{ from: redis, keys: "user:{id}" }', { from: 'redis', query: { kind: 'keys', pattern: 'user:{id}' } }],
    [
      '{ from: sitemap, path: /s.xml, as: id }',
      { from: 'sitemap', path: '/s.xml', order: 'priority', as: 'id' },
    ],
    [
      '{ from: access_log, files: a.log, query: [page], as: { id: path } }',
      { from: 'access_log', files: ['a.log'], query: ['page'], as: { id: 'path' } },
    ],
  ])('%s', async (text, expected) => {
    expect(await sources(text)).toEqual([expected]);
  });

  it('are combined where they are a list', async () => {
    const list = '[{ from: range, start: 1, end: 2, as: id }, { from: file, path: a, as: b }]';
    expect(await sources(list, '{id}{b}')).toHaveLength(2);
  });

  it('need one of a record’s variables in the key, and one of each source', async () => {
    await load(entry('{ from: file, path: a.csv, as: [id, slug] }'));
    const list = '[{ from: range, start: 1, end: 2, as: id }, { from: file, path: a.csv, as: [b, c] }]';
    expect(await mistakes(entry(list))).toEqual([
      '5:16 the key does not use `{b}` or `{c}`, so that different targets would share one key',
    ]);
  });
});

describe('mistakes in sources', () => {
  it.each([
    [
      '{ from: http, path: /a, ^select: "a[", as: id }',
      'this is not a JMESPath expression: expected Star, got: EOF',
      9,
    ],
    [
      '{ from: http, path: /a, ^select: "$.a b", as: id }',
      "this is not a JSONPath expression: expected '.', '..' or a bracketed selection, found 'b'",
      13,
    ],
    ['{ from: http, path: /a, select: a, as: { id: ^"a.." } }', 'this is not a JMESPath expression', 1],
    [
      '{ from: http, path: /a, select: a, pages: { next: ^"b[" }, as: id }',
      'this is not a JMESPath expression',
      1,
    ],
    [
      '{ from: http, path: /a, select: a, pages: { next: b, ^param: c }, as: id }',
      'only one of `next`, `param`, `link_header` can be given',
      0,
    ],
    [
      '{ from: http, path: /a, select: a, pages: ^{ start: 1 }, as: id }',
      'expected one of `next`, `param`, `link_header`',
      0,
    ],
    ['{ from: file, path: a.txt, as: ^[id, b] }', 'a line is one value: `as` names one variable', 0],
    [
      '{ from: file, path: a.csv, ^select: b, as: id }',
      '`select` is for JSON files, and this one is read as csv',
      0,
    ],
    ['^{ from: redis, set: a }', 'missing key `as`', 0],
    [
      '{ from: redis, set: a, ^hash: b, as: id }',
      'only one of `set`, `sorted_set`, `hash`, `keys` can be given',
      0,
    ],
    ['{ from: redis, set: a, ^top: 3, as: id }', '`top` is for a sorted set', 0],
    ['{ from: redis, keys: "{id}:^{id" }', 'unmatched `{`', 0],
    ['{ from: sitemap, path: ^s.xml, as: id }', 'a path starts with one `/`', 0],
    [
      '{ from: access_log, files: a, query: ^all, as: id }',
      'expected keep, sort, drop, or a list of parameter names, found `all`',
      0,
    ],
    ['[{ from: range, start: 1, end: 2, as: id, ^stp: 1 }]', 'unknown key `stp`', 0],
    ['{ from: ^files, path: a, as: id }', 'unknown from: `files`', 0],
    ['{ from: inline, values: [1], as: ^{} }', 'expected at least one variable', 0],
  ])('%s', async (marked, message, more) => {
    const text = entry(marked.replace('^', ''));
    const column = (entry(marked).split('\n')[4] ?? '').indexOf('^') + 1 + more;
    const found = await mistakes(text);
    expect(
      found.some((line) => line.startsWith(`5:${column} `) && line.includes(message)),
      found.join('\n'),
    ).toBe(true);
  });

  it('name a variable that is there already', async () => {
    const list = '[{ from: range, start: 1, end: 2, as: id }, { from: file, path: a, as: id }]';
    expect(await mistakes(entry(list))).toEqual([
      expect.stringContaining('another source has a variable `id` already'),
    ]);
  });

  it('let only one source read stdin', async () => {
    const line = '      - { key: "KEY{id}", path: /, foreach: { from: file, path: "-", as: id } }\n';
    const text = `${HEAD}${line.replace('KEY', 'a')}${line.replace('KEY', 'b')}`;
    expect(await mistakes(text)).toEqual(['6:63 stdin can be read only once, and line 5 reads it already']);
  });
});

describe('scopes', () => {
  const scope = (name: string, rest: string) => `  ${name}: { entries: [], ${rest} }\n`;
  it('have priority, dependencies and what is excluded', async () => {
    const { spec } = await load(
      `version: 1\nscopes:\n${scope('a', 'priority: 5, exclude: ["x*"]')}${scope('b', 'depends_on: [a]')}`,
    );
    const expected: Readonly<Record<string, ScopeSpec>> = {
      a: { name: 'a', priority: 5, exclude: ['x*'], entries: [] },
      b: { name: 'b', dependsOn: ['a'], entries: [] },
    };
    expect({ ...spec.scopes }).toEqual(expected);
  });
  it('do not wait for each other, nor for scopes that are not there', async () => {
    const text = `version: 1\nscopes:\n${scope('a', 'depends_on: [b]')}${scope('b', 'depends_on: [c]')}${scope('c', 'depends_on: [a, d]')}`;
    expect(await mistakes(text)).toEqual([
      '5:34 these scopes wait for each other: `a` on `b` (line 3), `b` on `c` (line 4), `c` on `a` (line 5)',
      '5:37 no scope `d`',
    ]);
    expect(await mistakes(`version: 1\nscopes:\n${scope('a', 'depends_on: [a]')}`)).toEqual([
      '3:34 these scopes wait for each other: `a` on `a` (line 3)',
    ]);
  });
});

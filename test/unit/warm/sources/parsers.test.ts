import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReader } from '../../../../src/warm/sources/csv-reader.ts';
import { LogScanner } from '../../../../src/warm/sources/log-scanner.ts';
import { PathCounts } from '../../../../src/warm/sources/path-counts.ts';
import { nextLink, withParameter } from '../../../../src/warm/sources/pages.ts';
import { applyQueryRule } from '../../../../src/warm/sources/query-rule.ts';
import { Spool } from '../../../../src/warm/sources/spool.ts';
import { parseCapture } from '../../../../src/text/capture.ts';
import { matchesGlob } from '../../../../src/keys/pattern.ts';
import { SitemapReader } from '../../../../src/warm/sources/sitemap-reader.ts';

/** Cuts a text or bytes at these places. */
function cut<Whole extends string | Buffer>(whole: Whole, places: readonly number[]): Whole[] {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1))), whole.length].sort(
    (a, b) => a - b,
  );
  let start = 0;
  return ends.map((end) => {
    const part = (typeof whole === 'string' ? whole.slice(start, end) : whole.subarray(start, end)) as Whole;
    start = end;
    return part;
  });
}
const places = fc.array(fc.nat(), { maxLength: 5 });

describe('CSV', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é'), maxLength: 6 });
  it('comes back as it was written, wherever the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        places,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (rows, where, lineEnd, endsWithLine) => {
          const lines = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
          const reader = new CsvReader();
          const read = cut(lines.join(lineEnd) + (endsWithLine ? lineEnd : ''), where).flatMap((part) => [
            ...reader.push(part),
          ]);
          const last = reader.end();
          expect([...read, ...(last ? [last] : [])]).toEqual(rows);
        },
      ),
    );
  });
  it('refuses a quote that is not closed, and text after one, with the line', () => {
    const open = new CsvReader();
    expect([...open.push('a,b\n"c\nd')]).toEqual([['a', 'b']]);
    expect(() => open.end()).toThrow('a quote is not closed, on line 3 of the CSV');
    expect(() => [...new CsvReader().push('"a"b')]).toThrow('text follows a closing quote, on line 1');
  });
});

interface Line {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}
const line = fc.record<Line>({
  method: fc.constantFrom('GET', 'POST', 'HEAD'),
  path: fc.constantFrom('/', '/a', '/a?x=1&b=2', '/a?b=2&x=1', '/é', '/q"uote', '/back\\slash', '/%20'),
  status: fc.constantFrom(200, 204, 304, 399, 400, 404, 500),
});
const escapeClf = (text: string): string => text.replace(/[\\"]/g, '\\$&');
const forms: Readonly<Record<string, (line: Line) => string>> = {
  common: ({ method, path, status }) =>
    `10.0.0.1 - - [20/Nov/2026:19:53:47 +0000] "${method} ${escapeClf(path)} HTTP/1.1" ${status} 12`,
  combined: ({ method, path, status }) =>
    `shop:80 ::1 - bob [20/Nov/2026:19:53:47 +0000] "${method} ${escapeClf(path)} HTTP/2.0" ${status} - "-" "an \\"agent\\" {"`,
  json: ({ method, path, status }) => JSON.stringify({ ts: 1, method, uri: path, status, ua: 'x"y' }),
  'JSON with a request line': ({ method, path, status }) =>
    JSON.stringify({ request: `${method} ${path} HTTP/1.1`, status: String(status) }),
  'JSON of Caddy': ({ method, path, status }) => JSON.stringify({ request: { method, uri: path }, status }),
};

function scan(
  text: string | Buffer,
  where: readonly number[] = [],
  rule: 'keep' | 'drop' | 'sort' | string[] = 'keep',
) {
  const counts = new PathCounts();
  const scanner = new LogScanner(counts, rule);
  for (const piece of cut(Buffer.from(text), where)) scanner.push(piece);
  scanner.end();
  return {
    scanner,
    counts: Object.fromEntries([...counts.ranked(1e9)].map(({ path, requests }) => [path, requests])),
  };
}

describe('access logs', () => {
  it.each(Object.keys(forms))(
    'in the form %s are counted as they were written, wherever they are cut',
    (form) => {
      fc.assert(
        fc.property(
          fc.array(line, { maxLength: 30 }),
          places,
          fc.constantFrom('\n', '\r\n'),
          (lines, where, end) => {
            const expected: Record<string, number> = {};
            for (const { method, path, status } of lines) {
              if (method === 'GET' && status < 400) expected[path] = (expected[path] ?? 0) + 1;
            }
            const { scanner, counts } = scan(lines.map((each) => forms[form]?.(each)).join(end), where);
            expect(counts).toEqual(expected);
            expect([scanner.lines, scanner.unreadable]).toEqual([lines.length, 0]);
            expect(scanner.requests).toBe(Object.values(expected).reduce((sum, count) => sum + count, 0));
          },
        ),
      );
    },
  );
  it('keep, drop, sort or choose query parameters', () => {
    const log = ['/p?b=2&a=1', '/p?a=1&b=2', '/p']
      .map((path) => `h - - [t] "GET ${path} HTTP/1.1" 200 1`)
      .join('\n');
    expect(scan(log).counts).toEqual({ '/p?b=2&a=1': 1, '/p?a=1&b=2': 1, '/p': 1 });
    expect(scan(log, [], 'drop').counts).toEqual({ '/p': 3 });
    expect(scan(log, [], 'sort').counts).toEqual({ '/p?a=1&b=2': 2, '/p': 1 });
    expect(scan(log, [], ['b']).counts).toEqual({ '/p?b=2': 2, '/p': 1 });
    expect(applyQueryRule('/p?z=1&z=2&y', ['y', 'z'])).toBe('/p?y&z=1&z=2');
  });
  it.each(['text', 'json'])('apply a rule to bytes as to text, in lines of %s', (form) => {
    const bit = fc.constantFrom(
      'a',
      'b',
      'ab',
      'lang',
      'é',
      '%61',
      '+',
      '=',
      '&',
      '?',
      '%',
      '',
      '\u00fc=1',
      'x',
    );
    const query = fc.array(bit, { maxLength: 90 }).map((bits) => bits.join(''));
    const rules = fc.constantFrom<'sort' | string[]>(
      'sort',
      ['a', 'lang', 'é'],
      ['ab', 'a', 'a'],
      ['b '],
      [],
    );
    const shape = (path: string): string =>
      form === 'text'
        ? `h - - [t] "GET ${path} HTTP/1.1" 200 1\n`
        : `${JSON.stringify({ method: 'GET', uri: path, status: 200 })}\n`;
    fc.assert(
      fc.property(fc.array(query, { maxLength: 8 }), rules, (queries, rule) => {
        const expected: Record<string, number> = {};
        // The first line teaches how JSON lines look.
        const paths = ['/first', ...queries.map((text) => `/p?${text}`)];
        for (const path of paths) {
          const sent = applyQueryRule(Buffer.from(path, 'utf8').toString('latin1'), rule);
          const left = Buffer.from(sent, 'latin1').toString('utf8');
          expected[left] = (expected[left] ?? 0) + 1;
        }
        expect(scan(paths.map(shape).join(''), [], rule).counts).toEqual(expected);
      }),
    );
  });
  it('choose parameters by their names, encoded or not', () => {
    const log = '/p?%C3%A9=1&a+b=2&\u00e9=3&c=4&b=5';
    expect(scan(`h - - [t] "GET ${log} HTTP/1.1" 200 1\n`, [], ['é', 'a b', 'b']).counts).toEqual({
      '/p?%C3%A9=1&é=3&a+b=2&b=5': 1,
    });
  });
  it('take any bytes, and count the lines that are in no form', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        places,
        (bytes, where) => void scan(Buffer.from(bytes), where),
      ),
    );
    const { scanner } = scan(
      'nonsense\n\nh - - [t] "\\x16\\x03" 400 0\nh - - [t] "GET http://h/x?y HTTP/1.1" 200 1\n',
    );
    expect([scanner.lines, scanner.unreadable, scanner.requests]).toEqual([3, 1, 1]);
  });
  it('are counted exactly within the limits, and beyond them too low by no more than is said', () => {
    const letters = fc.array(
      fc.integer({ min: 0, max: 40 }).map((n) => `/${Math.floor(n / 3)}`),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(letters, (paths) => {
        const counts = new PathCounts({ paths: 8, bytes: 64 }, 'none');
        const truth = new Map<string, number>();
        for (const path of paths) {
          truth.set(path, (truth.get(path) ?? 0) + 1);
          const bytes = Buffer.from(path);
          counts.add(
            bytes,
            0,
            bytes.length,
            bytes.reduce((sum, byte) => sum * 31 + byte, 7),
          );
        }
        const found = new Map([...counts.ranked(100)].map(({ path, requests }) => [path, requests]));
        for (const [path, real] of truth) {
          const counted = found.get(path) ?? 0;
          expect(counted).toBeLessThanOrEqual(real);
          expect(counted).toBeGreaterThanOrEqual(real - counts.uncertainty);
        }
        if (truth.size <= 8) expect(counts.uncertainty).toBe(0);
      }),
    );
  });
});

describe('captures of keys', () => {
  it('find what was filled in, and their glob finds the same key', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', 'B', '7', '*', '[', ']', '\\', '?', 'é', '.'),
      minLength: 1,
    });
    fc.assert(
      fc.property(part, part, (id, tab) => {
        const capture = parseCapture('u[x]\\:{id}:t:{tab}');
        const key = `u[x]\\:${id}:t:${tab}`;
        expect(capture.match(key)).toEqual({ id, tab });
        expect(matchesGlob(Buffer.from(capture.glob), Buffer.from(key))).toBe(true);
        expect(capture.match(`${key}:more`)).toBeUndefined();
      }),
    );
    expect(parseCapture('user:{id}:*').match('user:42:a:b')).toEqual({ id: '42' });
  });
  it.each([
    ['user:*', 'a pattern of keys captures something'],
    ['{a}{b}', 'two captures need text between them'],
    ['{a}:{a}', '`{a}` is there twice'],
    ['{a', 'unmatched `{`'],
  ])('%s is refused', (pattern, message) => {
    expect(() => parseCapture(pattern)).toThrow(message);
  });
});

describe('records that are kept', () => {
  it('come back exactly', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '\0', '\udc00', 'x'.repeat(2_000_000)),
    );
    fc.assert(
      fc.property(fc.array(fc.record({ a: text, b: text }), { maxLength: 8 }), (records) => {
        const spool = new Spool(['a', 'b']);
        for (const record of records) spool.add(record);
        expect([...spool.read()]).toEqual(records);
      }),
    );
  });
});

describe('pages', () => {
  it('are named by Link headers', () => {
    expect(nextLink('</a?p=1>; rel="first", </a?p=3,4>; title="x, y"; rel="last next"')).toBe('/a?p=3,4');
    expect(nextLink('<x>; rel=next')).toBe('x');
    expect(nextLink('</a>; rel="prev"')).toBeUndefined();
  });
  it('are numbered by a parameter that replaces its older value', () => {
    expect(withParameter('/a?x=1&page=2&y#f', 'page', 3)).toBe('/a?x=1&y&page=3');
  });
});

describe('sitemaps', () => {
  const read = (text: string, where: readonly number[] = []) => {
    const reader = new SitemapReader();
    const entries = cut(text, where).flatMap((part) => reader.push(part));
    reader.end();
    return entries;
  };
  const document = `<?xml version="1.0"?><!-- a > b --><s:urlset xmlns:s="x" xmlns:i="y"><s:url a='>'><s:loc> http://h/a?b=1&amp;c=&#x41; </s:loc><i:image><i:loc>http://h/no</i:loc></i:image><s:lastmod>2026-01-01</s:lastmod></s:url><s:url><s:priority>0.9</s:priority><s:loc><![CDATA[http://h/<&>]]></s:loc></s:url></s:urlset>`;
  it('are read with prefixes, extensions, entities and CDATA, wherever they are cut', () => {
    fc.assert(
      fc.property(places, (where) => {
        expect(read(document, where)).toEqual([
          { loc: 'http://h/a?b=1&c=A', lastmod: '2026-01-01', priority: '0.5' },
          { loc: 'http://h/<&>', lastmod: '', priority: '0.9' },
        ]);
      }),
    );
  });
  it.each([
    ['<!DOCTYPE x [<!ENTITY a "b">]><urlset/>', 'a document type or entity is refused'],
    ['<urlset>&bomb;</urlset>', 'an entity is not one of'],
    ['<html></html>', 'this is no sitemap'],
    ['<urlset><url></urlset>', '</urlset> closes nothing'],
    ['<urlset><url>', '<url> is not closed'],
    ['', 'the document is empty'],
    [`<urlset>${'<a>'.repeat(40)}`, 'more than 32 levels'],
    [`<urlset>${'<url><loc>x</loc></url>'.repeat(50_001)}</urlset>`, 'more than 50,000 entries'],
  ])('%.40s is refused', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});

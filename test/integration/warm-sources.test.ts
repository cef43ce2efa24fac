import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answer, inTurn, json, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;

const urls = (locs: readonly (readonly [string, string])[]): string =>
  `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${locs.map(([loc, priority]) => `<url><loc>${loc}</loc><lastmod>2026-01-02</lastmod><priority>${priority}</priority></url>`).join('')}</urlset>`;

beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  origin = await startOrigin({
    '/users': json({
      results: [
        { id: 1, slug: 'ann', tags: ['x'] },
        { id: 2, slug: 'bob b' },
      ],
    }),
    '/next': (request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://h').searchParams.get('page') ?? 1);
      response.end(JSON.stringify({ ids: [page * 10], next: page < 3 ? `/next?page=${page + 1}` : null }));
    },
    '/numbered': (request, response) => {
      const page = Number(new URL(request.url ?? '', 'http://h').searchParams.get('p'));
      response.end(JSON.stringify({ ids: page < 4 ? [page] : [] }));
    },
    '/linked': inTurn((_request, response) => {
      response.setHeader('link', '</linked2>; rel="next"');
      response.end('{"ids":["a"]}');
    }),
    '/linked2': json({ ids: ['b'] }),
    '/away': json({ ids: [1], next: 'http://example.com/x' }),
    '/loop': json({ ids: [1], next: '/loop' }),
    '/sitemap.xml': (_request, response) =>
      response.end(
        `<sitemapindex><sitemap><loc>https://shop.example/s1.xml</loc></sitemap><sitemap><loc>https://shop.example/s2.xml.gz</loc></sitemap></sitemapindex>`,
      ),
    '/s1.xml': answer(
      urls([
        ['https://shop.example/low', '0.1'],
        ['https://elsewhere.example/x', '1.0'],
      ]),
    ),
    '/s2.xml.gz': answer(gzipSync(urls([['https://shop.example/high?a=1&amp;b=%C3%BC', '0.9']]))),
    '/bomb.xml': answer('<!DOCTYPE x [<!ENTITY a "b">]><urlset/>'),
    '*': (request, response) => response.end(`body of ${request.url}`),
  });
});

afterAll(async () => {
  await Promise.all([redis.stop(), origin.stop(), spec.remove()]);
});

beforeEach(async () => {
  await redis.call('FLUSHALL');
  origin.reset();
});

async function warm(
  entries: string,
  argv: readonly string[] = ['--scope', 'all'],
  options: RunOptions = {},
): Promise<RunResult> {
  const scopes = entries.includes('scopes:') ? entries : `scopes:\n  s:\n    entries:\n${entries}`;
  await spec.write(`version: 1
connections: { default: { url: "${redis.url}/0" } }
layout: { type: plain, prefix: "p:" }
defaults: { concurrency: 1 }
origin: { base_url: "${origin.url}" }
${scopes}`);
  return runMain(['warm', ...argv], { cwd: spec.folder, ...options });
}

const file = (name: string, content: string | Buffer): Promise<void> =>
  writeFile(path.join(spec.folder, name), content);
const entry = (foreach: string, key = 'k:{id}', extra = ''): string =>
  `      - { key: "${key}", path: "/x/{id}", foreach: ${foreach}${extra} }\n`;
/** The keys that were stored, without the prefix and `k:`. */
const stored = async (): Promise<readonly string[]> =>
  (await redis.entryKeys()).map((key) => key.replace(/^p:(k:)?/, ''));

async function expectKeys(entries: string, keys: readonly string[], options?: RunOptions): Promise<void> {
  const run = await warm(entries, ['--scope', 'all'], options);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
  expect(await stored()).toEqual(keys);
}

describe('warm from a file', () => {
  it('reads lines, CSV, JSON and NDJSON, plain and gzip', async () => {
    await file('ids.txt', '\ufeffone\r\n\ntwo words\nthree');
    await file('ids.csv', 'id,name\n1,"a, ""b"""\n2,c\n');
    await file('ids.json', '{"items":[{"id":"j1"},{"id":"j2"}]}');
    await file('ids.ndjson.gz', gzipSync('{"id":"n1","deep":{"v":"x"}}\n{"id":"n2","deep":{"v":"y"}}\n'));
    await expectKeys(entry('{ from: file, path: ids.txt, as: id }'), ['one', 'three', 'two words']);
    await redis.call('FLUSHALL');
    await expectKeys(entry('{ from: file, path: ids.csv, as: [id, name] }', 'k:{id}:{name}'), [
      '1:a, "b"',
      '2:c',
    ]);
    await redis.call('FLUSHALL');
    await expectKeys(entry('{ from: file, path: ids.json, select: "$.items[*].id", as: id }'), ['j1', 'j2']);
    await redis.call('FLUSHALL');
    await expectKeys(entry('{ from: file, path: ids.ndjson.gz, as: { id: deep.v, n: id } }'), ['x', 'y']);
  });

  it('reads stdin once, and takes whole addresses of the origin as paths', async () => {
    const list = `      - { key: "k:{page}", path: "{page}", foreach: { from: file, path: "-", as: page } }\n`;
    await expectKeys(list, ['/a?b=%20c', `${origin.url}/z`], { stdin: `/a?b=%20c\n${origin.url}/z\n` });
    expect(origin.requests.map(({ url }) => url)).toEqual(['/a?b=%20c', '/z']);
  });

  it('never lets a line lead to another host', async () => {
    const list = `      - { key: "k:{page}", path: "{page}", foreach: { from: file, path: "-", as: page } }\n`;
    for (const line of ['http://example.com/', 'example.com', '/a/../b', '/a\\..\\b']) {
      const { code } = await warm(list, ['--scope', 's'], { stdin: `${line}\n` });
      expect(code).toBe(2);
    }
    expect(origin.requests).toEqual([]);
  });

  it.each([
    ['missing.txt', undefined, 'missing.txt cannot be read: it does not exist'],
    ['bad.txt', Buffer.from([0xff, 0x41, 10]), 'line 1 of bad.txt is not text in UTF-8'],
    ['bad.gz', gzipSync('a\nb\n').subarray(0, 15), 'bad.gz cannot be read: its gzip data end too early'],
    ['bad.json', '{', 'the file is not JSON'],
    ['bad.csv', 'id\n1,2\n', 'line 2 of bad.csv has 2 fields, and its header 1'],
  ])('says what is wrong with %s, warms the rest and exits 5', async (name, content, message) => {
    if (content !== undefined) await file(name, content);
    const { code, stdout } = await warm(
      `${entry(`{ from: file, path: ${name}, as: id }`)}      - { key: good, path: /good }\n`,
    );
    expect(stdout).toContain(message);
    expect(code).toBe(5);
    // What came before the mistake is warmed too: a file is read as it is needed.
    expect(await stored()).toContain('good');
  });

  it('refuses an empty value before the first request', async () => {
    await file('ids.csv', 'id,n\n1,a\n,b\n');
    const { code, stderr } = await warm(entry('{ from: file, path: ids.csv, as: id }'));
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('{id} is empty') as string,
    });
    expect(origin.requests).toEqual([]);
  });
});

describe('warm from an endpoint', () => {
  it('fills several variables from one record, by JMESPath and JSONPath', async () => {
    await expectKeys(
      entry(
        '{ from: http, path: /users, select: "results[*]", as: { id: id, slug: slug } }',
        'k:{id}:{slug}',
      ),
      ['1:ann', '2:bob b'],
    );
    expect(origin.count('/x/1')).toBe(1);
    await redis.call('FLUSHALL');
    await expectKeys(entry(`{ from: http, path: /users, select: "$.results[?@.id > 1]", as: [id, slug] }`), [
      '2',
    ]);
  });

  it('follows next links, page numbers and Link headers', async () => {
    await expectKeys(entry('{ from: http, path: /next, select: ids, pages: { next: next }, as: id }'), [
      '10',
      '20',
      '30',
    ]);
    await redis.call('FLUSHALL');
    await expectKeys(
      entry('{ from: http, path: "/numbered?q=1", select: ids, pages: { param: p }, as: id }'),
      ['1', '2', '3'],
    );
    expect(origin.count('/numbered?q=1&p=4')).toBe(1);
    await redis.call('FLUSHALL');
    await expectKeys(
      entry('{ from: http, path: /linked, select: ids, pages: { link_header: true }, as: id }'),
      ['a', 'b'],
    );
  });

  it('reads no more pages than the limit of targets needs, and none beyond max_pages', async () => {
    const { code } = await warm(
      entry(
        '{ from: http, path: /next, select: ids, pages: { next: next }, as: id }',
        'k:{id}',
        ', limit: 1',
      ),
    );
    expect([code, origin.count('/next?page=2')]).toEqual([0, 0]);
    const bounded = await warm(
      entry('{ from: http, path: /next, select: ids, pages: { next: next }, max_pages: 2, as: id }'),
    );
    expect(bounded.stderr).toBe('warning: /next has more than 2 pages: the rest is left out\n');
    expect(await stored()).toEqual(['10', '20']);
  });

  it.each([
    ['/away', 'is not on the origin'],
    ['/loop', 'lead back to one that was there already'],
  ])('stops at a page that leads astray: %s', async (page, message) => {
    const { code, stdout } = await warm(
      entry(`{ from: http, path: ${page}, select: ids, pages: { next: next }, as: id }`),
    );
    expect(code).toBe(5);
    expect(stdout).toContain(message);
    expect(await stored()).toEqual(['1']);
  });
});

describe('warm from Redis', () => {
  it('reads sets, sorted sets, hashes and keys by their logical names', async () => {
    await redis.call('SADD', 'p:set', 'a', 'b');
    await redis.call('ZADD', 'p:top', 1, 'low', 9, 'high', 5, 'middle');
    await redis.call('HSET', 'p:map', 'f1', 'v1', 'f2', 'v2');
    await redis.call('MSET', 'p:user:1', 'x', 'p:user:2', 'x', 'p:user:2:cart', 'x', 'user:3', 'x');
    const { code, stderr } = await warm(
      [
        entry('{ from: redis, set: set, as: id }', 's:{id}'),
        entry('{ from: redis, sorted_set: top, top: 2, as: { id: member, by: score } }', 'z:{id}:{by}'),
        entry('{ from: redis, hash: map, as: [field, value] }', 'h:{field}:{value}').replace(
          '{id}"',
          '{value}"',
        ),
        entry('{ from: redis, keys: "user:{id}" }', 'c:{id}'),
      ].join(''),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await stored()).filter((key) => /^[szhc]:/.test(key))).toEqual([
      ...['c:1', 'c:2', 'h:f1:v1', 'h:f2:v2', 's:a', 's:b', 'z:high:9', 'z:middle:5'],
    ]);
    const ranked = origin.requests.map(({ url }) => url).filter((url) => /high|middle/.test(url));
    expect(ranked).toEqual(['/x/high', '/x/middle']);
  });

  it.each(['set: text', 'sorted_set: text', 'hash: text'])(
    'says so where %s is something else, warms the rest and exits 5',
    async (source) => {
      await redis.call('SET', 'p:text', 'x');
      const { code, stdout } = await warm(
        `${entry(`{ from: redis, ${source}, as: id }`)}      - { key: good, path: /good }\n`,
      );
      expect(stdout).toContain(`1 failed: p:text is not a ${source.replace(/:.*/, '').replace('_', ' ')}\n`);
      expect(stdout).not.toMatch(/ $/m);
      expect(code).toBe(5);
      expect(await stored()).toContain('good');
    },
  );

  it('walks sets and sorted sets that take many pages', async () => {
    const ids = Array.from({ length: 2_500 }, (_, i) => String(i));
    await redis.call('SADD', 'p:set', ...ids);
    await redis.call('ZADD', 'p:zset', ...ids.flatMap((id) => [id, id]));
    for (const source of ['set: set', 'sorted_set: zset']) {
      const { stdout } = await warm(entry(`{ from: redis, ${source}, as: id }`), [
        '--scope',
        's',
        '--dry-run',
        '--json',
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ targets: 2_500 });
    }
  });
});

describe('warm from a sitemap', () => {
  const page = (foreach: string): string =>
    `      - { key: "k:{path}", path: "{path}", foreach: ${foreach} }\n`;
  it('reads index files and gzip, the highest priority first, and names what is elsewhere', async () => {
    const { code, stderr } = await warm(
      page('{ from: sitemap, path: /sitemap.xml, base: "https://shop.example" }'),
    );
    expect(code).toBe(0);
    expect(stderr).toBe(
      'warning: 1 address of /sitemap.xml not under https://shop.example, the first is https://elsewhere.example/x\n',
    );
    expect(origin.requests.map(({ url }) => url).slice(-2)).toEqual(['/high?a=1&b=%C3%BC', '/low']);
    expect(await stored()).toEqual(['/high?a=1&b=%C3%BC', '/low']);
  });
  it('says what to do where every address is elsewhere, and refuses entities', async () => {
    const other = await warm(page('{ from: sitemap, path: /s1.xml }'), ['--scope', 's', '--json']);
    expect(other.code).toBe(5);
    expect(other.stdout).toContain('nothing to warm: 2 addresses of /s1.xml not under');
    const bomb = await warm(page('{ from: sitemap, path: /bomb.xml }'));
    expect(bomb.stdout).toContain(
      'the sitemap /bomb.xml cannot be used: a document type or entity is refused',
    );
  });
});

describe('warm from access logs', () => {
  const hit = (target: string, status = 200, method = 'GET'): string =>
    `10.0.0.1 - - [20/Nov/2026:19:53:47 +0000] "${method} ${target} HTTP/1.1" ${status} 12 "-" "agent"\n`;
  const page = (foreach: string, extra = ''): string =>
    `      - { key: "k:{path}", path: "{path}", foreach: ${foreach}${extra} }\n`;
  beforeAll(async () => {
    await mkdir(path.join(spec.folder, 'logs'), { recursive: true });
    await file(
      'logs/access.log',
      hit('/a?x=1').repeat(6) + hit('/b').repeat(3) + hit('/c') + hit('/a', 404) + hit('/b', 200, 'POST'),
    );
    await file(
      'logs/access.log.2.gz',
      gzipSync(`${hit('/a?x=2').repeat(4)}{"method":"GET","uri":"/b","status":200}\n`),
    );
  });

  it('requests the most requested paths first and says which share of the traffic they cover', async () => {
    const { code, stdout, stderr } = await warm(
      page('{ from: access_log, files: "logs/access.log*", query: drop, top: 2 }'),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(origin.requests.map(({ url }) => url)).toEqual(['/a', '/b']);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 targets cover 93.3 % of 15 logged requests');
  });

  it('has the coverage in JSON, and counts only what was warmed', async () => {
    const failing = await warm(page('{ from: access_log, files: [logs/access.log] }', ', exclude: ["/a*"]'), [
      '--scope',
      's',
      '--json',
    ]);
    expect(JSON.parse(failing.stdout)).toMatchObject({
      targets: 2,
      coverage: [{ targets: 2, covered_requests: 4, logged_requests: 10, share: 0.4 }],
    });
    const plan = await warm(page('{ from: access_log, files: logs/access.log, top: 1 }'), [
      '--scope',
      's',
      '--dry-run',
    ]);
    expect(plan.stdout).toContain('1 target covers 60.0 % of 10 logged requests');
  });

  it('fails where no file or no line is a log', async () => {
    await file('logs/no.txt', 'a\nb\n');
    const none = await warm(page('{ from: access_log, files: "logs/none*" }'));
    expect(none.stdout).toContain('no file matches logs/none*');
    const wrong = await warm(page('{ from: access_log, files: logs/no.txt }'));
    expect(wrong.stdout).toContain('no line of logs/no.txt is in Common, Combined or JSON form');
  });
});

describe('what is warmed, and when', () => {
  const many = `
scopes:
  users: { depends_on: [base], entries: [{ key: "u:{n}", path: "/u/{n}", foreach: { from: range, start: 1, end: 9, as: n } }] }
  last: { priority: -1, entries: [{ key: last, path: /last }] }
  base: { entries: [{ key: b1, path: /b1 }, { key: b2, path: /b2, priority: 5 }] }
  first: { priority: 9, entries: [{ key: first, path: /first }] }`;

  it('follows priorities, and dependencies where they are chosen', async () => {
    const { code } = await warm(many, ['--scope', 'all', '--limit', 'users=1', '--limit', '5']);
    expect(code).toBe(0);
    expect(origin.requests.map(({ url }) => url)).toEqual(['/first', '/b2', '/b1', '/u/1', '/last']);
    origin.reset();
    await warm(many, ['--scope', 'users', '--limit', '2']);
    expect(origin.requests.map(({ url }) => url)).toEqual(['/u/1', '/u/2']);
  });

  it('begins a scope only when those that it depends on have been answered', async () => {
    let open = 0;
    let early = 0;
    const slow = await startOrigin({
      '/u/1': (_request, response) => {
        early = open;
        response.end('x');
      },
      '*': (_request, response) => {
        open++;
        setTimeout(() => {
          open--;
          response.end('x');
        }, 50);
      },
    });
    const scopes = `scopes:
  base: { entries: [{ key: "b:{n}", path: "/b/{n}", foreach: { from: range, start: 1, end: 5, as: n } }] }
  users: { depends_on: [base], entries: [{ key: u, path: /u/1 }] }`;
    await spec.write(`version: 1\norigin: { base_url: "${slow.url}" }\n${scopes}`);
    const { code } = await runMain(['warm', '-s', 'all', '--concurrency', '8', '--url', redis.url], {
      cwd: spec.folder,
    });
    expect([code, early, slow.requests.length]).toEqual([0, 0, 6]);
    await slow.stop();
  });

  it('refuses limits for scopes that are not warmed, and the same limit twice', async () => {
    for (const [argv, message] of [
      [['--limit', 'usres=1'], '--limit names the scope "usres", which is not warmed'],
      [['--limit', '1', '--limit', '2'], '--limit N can be given only once'],
      [['--limit', 'users=0'], '--limit takes a whole number of 1 or more'],
    ] as const) {
      const { code, stderr } = await warm(many, ['--scope', 'users', ...argv]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  it('leaves out what exclude names, by key and by path, of scope and entry', async () => {
    const { code } = await warm(`
scopes:
  s:
    exclude: ["k:2", "/x/3?*"]
    entries:
      - { key: "k:{id}", path: "/x/{id}?a=b", exclude: ["k:[45]"], foreach: { from: range, start: 1, end: 9, as: id }, limit: 3 }`);
    expect(code).toBe(0);
    expect(await stored()).toEqual(['1', '6', '7']);
  });

  it('takes the product of several sources and the matrix', async () => {
    await expectKeys(
      entry(
        '[{ from: inline, values: [{ id: a, n: 1 }, { id: b, n: 2 }], as: [id, n] }, { from: range, start: 7, end: 8, as: m }]',
        'k:{id}{n}{m}{l}',
        ', matrix: { l: [x] }',
      ),
      ['a17x', 'a18x', 'b27x', 'b28x'],
    );
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answer, json, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

const BINARY = Buffer.from([0, 255, 13, 10, 128, 27, 0]);

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;

beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  origin = await startOrigin({
    '/features': answer('{"new":true}'),
    '/binary': answer(BINARY),
    '/page': (request, response) =>
      response.end(`page ${request.url} for ${request.headers['accept-language']}`),
    '/ids': json({ results: [{ id: 1 }, { id: 'two words' }, { id: 3 }, { id: 1 }] }),
    '/none': json({ results: [] }),
    '/missing': answer('gone', { status: 404 }),
    '/empty': answer('', { status: 204 }),
    '*': (request, response) => response.end(`body of ${request.url}`),
  });
});

afterAll(async () => {
  await redis.stop();
  await origin.stop();
  await spec.remove();
});

beforeEach(async () => {
  await redis.call('FLUSHALL');
  origin.reset();
});

async function warm(yaml: string, argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  await spec.write(`version: 1
connections: { default: { url: "${redis.url}/0" } }
layout: { type: plain, prefix: "shop:" }
origin: { base_url: "${origin.url}", headers: { Authorization: "Bearer hush" } }
${yaml}`);
  return runMain(['warm', ...argv], { cwd: spec.folder, ...options });
}

/** Times vary; everything else is exact. */
function timeless(text: string): string {
  return text.replace(/\d+(\.\d+)? m?s\b/g, 'TIME').replace(/ +(?=TIME)/g, ' ');
}

/** Columns are as wide as their times. */
function oneBlank(text: string): string {
  return timeless(text).replaceAll(/ +/g, ' ');
}

async function stored(key: string): Promise<Buffer> {
  const value = await redis.call('GET', key);
  if (!Buffer.isBuffer(value)) throw new Error(`no ${key}`);
  return value;
}

const HOMEPAGE = `
defaults: { ttl: 60s }
scopes:
  homepage:
    entries:
      - { key: "homepage:features", path: /features, ttl: 1h }
      - { key: "homepage:{lang}", path: "/page?lang={lang}", matrix: { lang: [en, fr] }, headers: { Accept-Language: "{lang}" } }
  files:
    entries:
      - { key: blob, path: /binary }
`;

describe('warm', () => {
  it('stores the exact bytes of each answer under the physical key', async () => {
    const { code, stderr } = await warm(HOMEPAGE, ['--scope', 'all']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await redis.entryKeys()).toEqual([
      'shop:blob',
      'shop:homepage:en',
      'shop:homepage:features',
      'shop:homepage:fr',
    ]);
    expect((await stored('shop:blob')).equals(BINARY)).toBe(true);
    expect(String(await stored('shop:homepage:fr'))).toBe('page /page?lang=fr for fr');
  });

  it('prints one line a scope and a total line in a pipe', async () => {
    const { stdout } = await warm(HOMEPAGE, ['--scope', 'all']);
    expect(oneBlank(stdout)).toBe(
      [
        'scope targets stored revalidated fresh touched verified refused failed bytes median p95 time',
        'homepage 3 3 0 0 0 0 0 0 62 B TIME TIME TIME',
        'files 1 1 0 0 0 0 0 0 7 B TIME TIME TIME',
        '',
        `4 of 4 targets stored in 127.0.0.1:${redis.port}/0, 69 B, TIME`,
        '',
      ].join('\n'),
    );
  });

  it('prints a table with borders on a terminal, without the columns that have nothing to say', async () => {
    const { stdout } = await warm(HOMEPAGE, ['--scope', 'files'], { columns: 100 });
    const lines = timeless(stdout).split('\n');
    expect(lines[0]).toMatch(/^┌─+┬─+┬─+┬─+┬─+┬─+┬─+┐$/);
    expect(lines[1]).toMatch(/^│ scope │ targets │ stored │ bytes │ +median │ +p95 │ +time │$/);
    expect(lines[3]).toMatch(/^│ files │ {7}1 │ {6}1 │ {3}7 B │ +TIME │ +TIME │ +TIME │$/);
    expect(lines.at(-2)).toBe(`1 of 1 target stored in 127.0.0.1:${redis.port}/0, 7 B, TIME`);
  });

  it('prints one JSON document with raw numbers', async () => {
    const { stdout } = await warm(HOMEPAGE, ['--scope', 'homepage', '--json']);
    const document = JSON.parse(stdout) as { elapsed_ms: number; scopes: { elapsed_ms: number }[] };
    expect(document).toEqual({
      schema: 'cachectl/warm/v1',
      dry_run: false,
      redis: `127.0.0.1:${redis.port}/0`,
      interrupted: false,
      stopped_by: null,
      locked_scopes: [],
      targets: 3,
      stored: 3,
      revalidated: 0,
      fresh: 0,
      touched: 0,
      verified: 0,
      refused: 0,
      failed: 0,
      not_reached: 0,
      merged: 0,
      namespaces: [],
      bytes: 62,
      retries: 0,
      second_chances: 0,
      elapsed_ms: expect.any(Number) as number,
      scopes: [
        {
          scope: 'homepage',
          targets: 3,
          stored: 3,
          revalidated: 0,
          fresh: 0,
          touched: 0,
          verified: 0,
          refused: 0,
          failed: 0,
          not_reached: 0,
          merged: 0,
          bytes: 62,
          median_ms: expect.any(Number) as number,
          p95_ms: expect.any(Number) as number,
          elapsed_ms: expect.any(Number) as number,
        },
      ],
      slowest: expect.any(Array) as unknown[],
      hosts: [
        {
          host: origin.host,
          requests: 3,
          pauses: 0,
          slowed_down: 0,
          concurrency: 16,
          concurrency_curve: [16],
        },
      ],
      refusals: [],
      failures: [],
      failures_omitted: 0,
    });
  });

  it('prints CSV and Markdown with the same figures', async () => {
    const csv = await warm(HOMEPAGE, ['--scope', 'files', '-o', 'csv']);
    expect(csv.stdout).toMatch(
      /^scope,targets,stored,revalidated,fresh,touched,verified,refused,failed,not_reached,merged,bytes,median_ms,p95_ms,elapsed_ms\nfiles,1,1,0,0,0,0,0,0,0,0,7,[\d.]+,[\d.]+,\d+\n$/,
    );
    const markdown = await warm(HOMEPAGE, ['--scope', 'files', '-o', 'markdown', '--force']);
    expect(timeless(markdown.stdout)).toBe(
      '| scope | targets | stored | bytes | median | p95 | time |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n| files | 1 | 1 | 7 B | TIME | TIME | TIME |\n',
    );
  });

  it('sends its own user agent, asks for bodies as they are and adds the headers of the origin', async () => {
    await warm(HOMEPAGE, ['--scope', 'files']);
    expect(origin.requests).toHaveLength(1);
    expect(origin.requests[0]?.method).toBe('GET');
    expect(origin.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      authorization: 'Bearer hush',
    });
    expect(origin.requests[0]?.headers['user-agent']).toMatch(/^cachectl\/\d/);
  });

  it('sets each TTL within its jitter, and none without one', async () => {
    const yaml = `
defaults: { ttl: 100s, ttl_jitter: 20% }
scopes:
  many: { entries: [{ key: "k:{n}", path: "/x/{n}", foreach: { from: range, start: 1, end: 200, as: n } }] }
  exact: { entries: [{ key: exact, path: /x, ttl_jitter: 0% }] }`;
    expect((await warm(yaml, ['--scope', 'all'])).code).toBe(0);
    const keys = (await redis.entryKeys()).filter((key) => key.startsWith('shop:k:'));
    expect(keys).toHaveLength(200);
    const lives = await Promise.all(keys.map(async (key) => Number(await redis.call('PTTL', key))));
    // What has passed since the write only makes them shorter.
    expect(Math.max(...lives)).toBeLessThanOrEqual(120_000);
    expect(Math.min(...lives)).toBeGreaterThan(70_000);
    expect(Math.max(...lives) - Math.min(...lives)).toBeGreaterThan(10_000);
    const exact = Number(await redis.call('PTTL', 'shop:exact'));
    expect(exact).toBeGreaterThan(90_000);
    expect(exact).toBeLessThanOrEqual(100_000);
  });

  it('takes variables from a list, a range and an answer of the origin, each with a matrix', async () => {
    const yaml = `
scopes:
  all_kinds:
    entries:
      - { key: "i:{v}:{l}", path: "/i/{v}/{l}", matrix: { l: [a, b] }, foreach: { from: inline, values: [x, 007, true], as: v } }
      - { key: "r:{v}", path: "/r/{v}", foreach: { from: range, start: 5, end: 1, step: -2, as: v } }
      - { key: "h:{v}:{l}", path: "/h/{v}/{l}", matrix: { l: [a, b] }, foreach: { from: http, path: /ids, select: "results[*].id", as: v } }`;
    const { code, stdout } = await warm(yaml, ['--scope', 'all_kinds', '--json']);
    expect(code).toBe(0);
    expect(await redis.entryKeys()).toEqual(
      [
        ...['x', '007', 'true'].flatMap((v) => [`shop:i:${v}:a`, `shop:i:${v}:b`]),
        ...['5', '3', '1'].map((v) => `shop:r:${v}`),
        ...['1', 'two words', '3'].flatMap((v) => [`shop:h:${v}:a`, `shop:h:${v}:b`]),
      ].sort(),
    );
    expect(origin.count('/h/two%20words/a')).toBe(1);
    expect(origin.count('/ids')).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ targets: 15, stored: 15, merged: 2 });
  });

  it('observes the limits of entry, scope and command line', async () => {
    const yaml = `
scopes:
  s:
    limit: 5
    entries:
      - { key: "a:{n}", path: "/a/{n}", limit: 2, foreach: { from: range, start: 1, end: 9, as: n } }
      - { key: "b:{n}", path: "/b/{n}", foreach: { from: range, start: 1, end: 9, as: n } }`;
    await warm(yaml, ['--scope', 's']);
    expect(await redis.entryKeys()).toEqual(['shop:a:1', 'shop:a:2', 'shop:b:1', 'shop:b:2', 'shop:b:3']);
    await redis.call('FLUSHALL');
    await warm(yaml, ['--scope', 's', '--limit', '3']);
    expect(await redis.entryKeys()).toEqual(['shop:a:1', 'shop:a:2', 'shop:b:1']);
    await redis.call('FLUSHALL');
    await warm(yaml, ['--scope', 's', '--limit', '7']);
    expect(await redis.entryKeys()).toHaveLength(7);
  });

  it('never has more requests under way than --concurrency says, and reuses connections', async () => {
    const waiting: (() => void)[] = [];
    const slow = await startOrigin({
      '*': (_request, response) => {
        waiting.push(() => response.end('done'));
        // Answers once as many have gathered as may: a request too many would be seen.
        if (waiting.length === 4) setImmediate(() => waiting.splice(0).forEach((finish) => finish()));
      },
    });
    const yaml = `
scopes: { s: { entries: [{ key: "k:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 40, as: n } }] } }`;
    await spec.write(`version: 1\norigin: { base_url: "${slow.url}" }\n${yaml}`);
    const { code } = await runMain(['warm', '-s', 's', '--concurrency', '4', '--url', redis.url], {
      cwd: spec.folder,
    });
    expect(code).toBe(0);
    expect(slow.mostAtOnce()).toBe(4);
    expect(slow.connections()).toBe(4);
    await slow.stop();
  });

  it('reports every failure with its cause, leaves the old entries as they were and exits 5', async () => {
    await redis.call('SET', 'shop:gone', 'old', 'PX', 50_000);
    const yaml = `
scopes:
  s:
    entries:
      - { key: good, path: /features }
      - { key: gone, path: /missing }
      - { key: nothing, path: "/empty?token=hush" }`;
    const { code, stdout } = await warm(yaml, ['--scope', 's', '--concurrency', '1']);
    expect(code).toBe(5);
    expect(oneBlank(stdout)).toBe(
      [
        'scope targets stored revalidated fresh touched verified refused failed bytes median p95 time',
        's 3 1 0 0 0 0 0 2 12 B TIME TIME TIME',
        '',
        '1 failed: the origin answered 404 Not Found',
        ` gone ${origin.url}/missing`,
        " hint: check the entry's path and the values of its variables",
        '1 failed: empty answer (204 No Content)',
        ` nothing ${origin.url}/empty?token=***`,
        ' hint: an entry without content is not worth its key; check the path',
        '',
        `1 of 3 targets stored in 127.0.0.1:${redis.port}/0, 12 B, TIME, 2 failed`,
        '',
      ].join('\n'),
    );
    expect(String(await stored('shop:gone'))).toBe('old');
    expect(Number(await redis.call('PTTL', 'shop:gone'))).toBeLessThanOrEqual(50_000);
    expect(await redis.entryKeys()).toEqual(['shop:gone', 'shop:good']);
  });

  it('lists every failure by cause in JSON', async () => {
    const yaml = `
scopes: { s: { entries: [{ key: "m:{n}", path: "/missing?n={n}", foreach: { from: range, start: 1, end: 30, as: n } }] } }`;
    const { code, stdout } = await warm(yaml, ['--scope', 's', '--json', '--concurrency', '1']);
    expect(code).toBe(5);
    const document = JSON.parse(stdout) as {
      failures: { code: string; count: number; targets: unknown[] }[];
    };
    expect(document.failures).toHaveLength(1);
    expect(document.failures[0]).toMatchObject({
      code: 'origin.status',
      message: 'the origin answered 404 Not Found',
      count: 30,
    });
    expect(document.failures[0]?.targets[0]).toEqual({
      scope: 's',
      entry: { pointer: '/scopes/s/entries/0', line: 6 },
      key: 'm:1',
      url: `${origin.url}/missing?n=1`,
    });
    const table = await warm(yaml, ['--scope', 's', '--concurrency', '1']);
    expect(table.stdout).toContain('\n10 more are not shown; --json lists them\n');
  });

  it('merges targets that ask the same for the same key', async () => {
    const yaml = `
scopes:
  a: { entries: [{ key: same, path: /features }] }
  b: { entries: [{ key: same, path: /features }, { key: other, path: /features }] }`;
    const { code, stdout } = await warm(yaml, ['--scope', 'all', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ targets: 2, stored: 2, merged: 1 });
    expect(origin.count('/features')).toBe(2);
  });

  it('refuses two requests for one key before any of them, naming both entries', async () => {
    const yaml = `
scopes:
  a: { entries: [{ key: "k:1", path: /features }] }
  b: { entries: [{ key: "k:{n}", path: "/x/{n}", foreach: { from: range, start: 1, end: 3, as: n } }] }`;
    const { code, stderr } = await warm(yaml, ['--scope', 'all']);
    expect(code).toBe(2);
    expect(stderr).toContain('cachectl.yaml:7 and ');
    expect(stderr).toContain('cachectl.yaml:8 both fill the key k:1, with different requests');
    expect(origin.requests).toHaveLength(0);
  });

  it('refuses an empty value of the spec file before any request, naming the entry', async () => {
    const yaml = `
scopes: { s: { entries: [{ key: "k:{v}", path: "/{v}", foreach: { from: inline, values: [a, ""], as: v } }] } }`;
    const { code, stderr } = await warm(yaml, ['--scope', 's']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/cachectl\.yaml:6: \{v\} is empty\n/);
    expect(origin.requests).toHaveLength(0);
  });

  it('warns of an entry whose source gives no values', async () => {
    const yaml = `
scopes: { s: { entries: [{ key: "k:{v}", path: "/{v}", foreach: { from: http, path: /none, select: "results[*].id", as: v } }] } }`;
    const { code, stdout, stderr } = await warm(yaml, ['--scope', 's']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: .*cachectl\.yaml:6: no targets, its source gave no values\n$/);
    expect(stdout).toContain('0 of 0 targets stored');
  });

  it('keeps to the entries that --where speaks of, and says once where no target meets it', async () => {
    const yaml = `
scopes:
  s:
    entries:
      - { key: "k:{id}", path: "/x/{id}", foreach: { from: range, start: 1, end: 3, as: id } }
      - { key: "p:{page}", path: "/x/{page}", foreach: { from: range, start: 1, end: 2, as: page } }
      - { key: "c:{slug}", path: "/x/{slug}", foreach: { from: inline, values: [[a, en]], as: [slug, lang] } }`;
    const one = await warm(yaml, ['--scope', 's', '--where', 'id == 2']);
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(one.stdout).toContain('1 of 1 target stored');
    const none = await warm(yaml, ['--scope', 's', '--where', 'id == 9', '--where', 'lang == fr']);
    expect(none).toMatchObject({ code: 0, stderr: 'warning: no target meets --where\n' });
    const wrong = await warm(yaml, ['--scope', 's', '--where', 'pgae == 1']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toBe(
      'error: --where "pgae == 1": no entry of the chosen scopes has the variable pgae\n' +
        'hint: did you mean page? they have id, page, slug, lang\n',
    );
  });

  it('refuses to tell every target in a form that has no room for them', async () => {
    const yaml = `
scopes: { s: { entries: [{ key: k, path: /features }] } }`;
    const { code, stderr } = await warm(yaml, ['--scope', 's', '--targets']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --targets goes with --json\n/);
  });

  it('refuses a page about a dry run', async () => {
    const yaml = `
scopes: { s: { entries: [{ key: k, path: /features }] } }`;
    const { code, stderr } = await warm(yaml, ['--scope', 's', '--dry-run', '--report', 'page.html']);
    expect(code).toBe(2);
    expect(stderr).toBe('error: --report is of what was warmed, and --dry-run warms nothing\n');
  });

  it('names a source that failed, warms the rest and exits 5', async () => {
    const yaml = `
scopes:
  s:
    entries:
      - { key: "k:{v}", path: "/{v}", foreach: { from: http, path: /missing, select: "results[*].id", as: v } }
      - { key: "j:{v}", path: "/{v}", foreach: { from: http, path: /features, select: "resluts[*].id", as: v } }
      - { key: "t:{v}", path: "/{v}", foreach: { from: http, path: /page, select: "results[*].id", as: v } }
      - { key: good, path: /features }`;
    const { code, stdout } = await warm(yaml, ['--scope', 's']);
    expect(code).toBe(5);
    expect(stdout).toContain(`1 failed: the origin answered 404 Not Found\n  s (`);
    expect(stdout).toContain('1 failed: select "resluts[*].id" finds nothing in the answer of the source');
    expect(stdout).toContain('1 failed: the source did not answer with JSON');
    expect(stdout).toContain('1 of 4 targets stored');
    expect(await redis.entryKeys()).toEqual(['shop:good']);
  });

  it('refuses a select that is no JMESPath before anything is contacted', async () => {
    const yaml = `
scopes: { s: { entries: [{ key: "k:{v}", path: "/{v}", foreach: { from: http, path: /ids, select: "results[*", as: v } }] } }`;
    const { code, stderr } = await warm(yaml, ['--scope', 's']);
    expect(code).toBe(2);
    expect(stderr).toContain('cachectl.yaml:6:100: this is not a JMESPath expression');
    expect(origin.requests).toHaveLength(0);
  });

  it('says which scopes there are where one is unknown or none was named', async () => {
    const unknown = await warm(HOMEPAGE, ['--scope', 'homepag']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toBe(
      'error: the spec file has no scope "homepag"\nhint: did you mean homepage? it has homepage, files, and all is every scope\n',
    );
    const none = await warm(HOMEPAGE, []);
    expect(none.code).toBe(2);
    expect(none.stderr).toBe(
      'error: no scope was named\nhint: say --scope NAME, one of homepage, files, or --scope all\n',
    );
    expect(origin.requests).toHaveLength(0);
  });

  it('refuses a limit or a concurrency that is no number of targets', async () => {
    expect(await warm(HOMEPAGE, ['-s', 'all', '--limit', '-3'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--limit takes a whole number of 1 or more, not "-3"') as string,
    });
    expect(await warm(HOMEPAGE, ['-s', 'all', '--concurrency', '0'])).toMatchObject({ code: 2 });
  });

  it('never shows an authorization header, not even under --verbose', async () => {
    const yaml = `
scopes: { s: { entries: [{ key: a, path: /missing }, { key: "k:{v}", path: "/{v}", foreach: { from: http, path: /ids, select: "results[*].id", as: v } }] } }`;
    for (const argv of [['--json'], [], ['--dry-run']]) {
      const { stdout, stderr } = await warm(yaml, ['-s', 's', '-v', ...argv]);
      expect(stderr).toContain('asking the source');
      expect(stdout + stderr).not.toContain('hush');
    }
  });

  it('does nothing but say so where CACHECTL_ENABLED is false', async () => {
    const { code, stderr } = await warm(HOMEPAGE, ['-s', 'all'], { env: { CACHECTL_ENABLED: 'false' } });
    expect(code).toBe(0);
    expect(stderr).toContain('nothing was done');
    expect(origin.requests).toHaveLength(0);
  });
});

describe('warm --dry-run', () => {
  const yaml = `
defaults: { ttl: 5m, ttl_jitter: 10% }
scopes:
  s:
    entries:
      - { key: front, path: /features, ttl: 1h, ttl_jitter: 0% }
      - { key: "u:{id}", path: "/u/{id}", foreach: { from: http, path: /ids, select: "results[*].id", as: id } }
      - { key: "n:{n}", path: "/n/{n}", foreach: { from: range, start: 1, end: 1000, as: n } }`;

  it('prints the plan, asks only the sources, writes nothing and needs no Redis', async () => {
    const { code, stdout } = await warm(yaml, ['-s', 's', '--dry-run', '--url', 'redis://127.0.0.1:1/0']);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/ {2,}/g, '  ')).toBe(
      [
        'scope  entry  key  targets',
        's  cachectl.yaml:10  front  1',
        's  cachectl.yaml:11  u:{id}  3',
        's  cachectl.yaml:12  n:{n}  1,000',
        '',
        'method  url  key  ttl',
        `GET  ${origin.url}/features  front  1h`,
        `GET  ${origin.url}/u/1  u:1  5m ±10%`,
        `GET  ${origin.url}/u/two%20words  u:two words  5m ±10%`,
        `GET  ${origin.url}/u/3  u:3  5m ±10%`,
        `GET  ${origin.url}/n/1  n:1  5m ±10%`,
        `GET  ${origin.url}/n/2  n:2  5m ±10%`,
        `GET  ${origin.url}/n/3  n:3  5m ±10%`,
        '',
        'dry run: 1,004 targets in 1 scope, 1 merged; nothing was requested but the sources, and nothing stored',
        '',
      ].join('\n'),
    );
    expect(origin.requests.map(({ url }) => url)).toEqual(['/ids']);
    expect(await redis.entryKeys()).toEqual([]);
  });

  it('shows paths on a narrow terminal, and the origin once', async () => {
    const { stdout } = await warm(yaml, ['-s', 's', '--dry-run'], { columns: 60 });
    expect(stdout).toMatch(/│ GET +│ \/u\/two%20words +│ u:two words +│ 5m ±10% │/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`1,004 targets in 1 scope at ${origin.url}, 1 merged;`);
  });

  it('has the same plan as JSON', async () => {
    const { stdout } = await warm(yaml, ['-s', 's', '--dry-run', '--limit', '2', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'cachectl/warm/v1',
      dry_run: true,
      complete: true,
      targets: 2,
      scopes: [
        {
          scope: 's',
          entries: [
            {
              key: 'front',
              targets: 1,
              first: [{ method: 'GET', url: `${origin.url}/features`, key: 'front', ttl_seconds: 3600 }],
            },
            { key: 'u:{id}', targets: 1, first: [{ key: 'u:1', ttl_seconds: 300, ttl_jitter: 0.1 }] },
            { key: 'n:{n}', targets: 0, first: [] },
          ],
        },
      ],
      failures: [],
    });
  });
});

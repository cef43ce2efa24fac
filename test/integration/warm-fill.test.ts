import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { answer, json, type OriginHandler } from '../support/http-origin.ts';
import { runMain, type RunResult } from '../support/run-main.ts';
import { useWarmPlace } from '../support/warm-place.ts';

const place = useWarmPlace();

async function warm(url: string, entries: string, argv: readonly string[] = []): Promise<RunResult> {
  await place.spec.write(`version: 1
layout: { type: plain, prefix: "p:" }
origin: { base_url: "${url}" }
defaults: { ttl: 60s, retries: 0 }
scopes: { s: { entries: [${entries}] } }
`);
  return runMain(['warm', '-s', 's', '--url', place.redis.url, ...argv], { cwd: place.spec.folder });
}

interface Report {
  readonly stored: number;
  readonly revalidated: number;
  readonly fresh: number;
  readonly touched: number;
  readonly verified: number;
  readonly refused: number;
  readonly failed: number;
  readonly bytes: number;
  readonly failures: readonly { readonly code: string; readonly message: string }[];
  readonly refusals: readonly {
    readonly code: string;
    readonly targets: readonly { readonly key: string }[];
  }[];
}

async function report(url: string, entries: string, argv: readonly string[] = []): Promise<Report> {
  const { stdout } = await warm(url, entries, ['--json', ...argv]);
  return JSON.parse(stdout) as Report;
}

async function stored(key: string): Promise<Buffer> {
  const value = await place.redis.call('GET', key);
  if (!Buffer.isBuffer(value)) throw new Error(`no ${key}`);
  return value;
}

/** Answers with an ETag, or 304 where the client has it; counts the bytes of the bodies it sends. */
function revalidating(body: () => string, useEtag = true): { handler: OriginHandler; sent: () => number } {
  let sent = 0;
  const changed = new Date('2024-05-01T10:00:00Z').toUTCString();
  return {
    sent: () => sent,
    handler: (request, response) => {
      const etag = `"${Buffer.from(body()).toString('base64url').slice(0, 20)}"`;
      const isKnown = useEtag
        ? request.headers['if-none-match'] === etag
        : request.headers['if-modified-since'] === changed;
      response.setHeader(useEtag ? 'etag' : 'last-modified', useEtag ? etag : changed);
      if (isKnown) {
        response.writeHead(304).end();
        return;
      }
      sent += Buffer.byteLength(body());
      response.end(body());
    },
  };
}

describe('what an entry stores', () => {
  it('is the JSON document in one line with all its digits, or the part that select names', async () => {
    const origin = await place.startOrigin({
      '/j': answer('{ "n": 12345678901234567890, "list": [ {"id": 1}, {"id": 2} ] }'),
    });
    const { code } = await warm(
      origin.url,
      '{ key: all, path: /j, value: json }, { key: part, path: /j, value: json, select: "list[*].id" }',
    );
    expect(code).toBe(5);
    expect(String(await stored('p:all'))).toBe('{"n":12345678901234567890,"list":[{"id":1},{"id":2}]}');
    const exact = await place.startOrigin({ '/j': json({ list: [{ id: 1 }, { id: 2 }] }) });
    expect((await warm(exact.url, '{ key: part, path: /j, value: json, select: "list[*].id" }')).code).toBe(
      0,
    );
    expect(String(await stored('p:part'))).toBe('[1,2]');
  });

  it('is an envelope of status, chosen headers and body', async () => {
    const headers = { 'content-type': 'text/html', etag: '"a"', 'x-own': 'yes' };
    const origin = await place.startOrigin({
      '/h': answer('<p>ü</p>', { headers }),
      '/b': answer(Buffer.from([0xff, 0]), { headers }),
    });
    await warm(
      origin.url,
      '{ key: h, path: /h, value: envelope }, { key: b, path: /b, value: envelope, keep_headers: [X-Own] }',
    );
    expect(JSON.parse(String(await stored('p:h')))).toEqual({
      status: 200,
      headers: { 'content-type': 'text/html', etag: '"a"' },
      body: '<p>ü</p>',
    });
    expect(JSON.parse(String(await stored('p:b')))).toEqual({
      status: 200,
      headers: { 'x-own': 'yes' },
      body_base64: '/wA=',
    });
  });

  it('is a pickle or a PHP value where the application reads those', async () => {
    const origin = await place.startOrigin({
      '/j': json({ id: 7, tags: ['a'] }),
      '/t': answer('plain text'),
    });
    await warm(
      origin.url,
      `{ key: py, path: /j, value: json, serializer: pickle }, { key: php, path: /j, value: json, serializer: php },
       { key: text, path: /t, serializer: php }, { key: js, path: /t, serializer: json }`,
    );
    expect((await stored('p:py')).subarray(0, 2).equals(Buffer.from([0x80, 2]))).toBe(true);
    expect(String(await stored('p:php'))).toBe('a:2:{s:2:"id";i:7;s:4:"tags";a:1:{i:0;s:1:"a";}}');
    expect(String(await stored('p:text'))).toBe('s:10:"plain text";');
    expect(String(await stored('p:js'))).toBe('"plain text"');
  });

  it('is compressed above a size, and left as it is below', async () => {
    const long = 'long '.repeat(1_000);
    const origin = await place.startOrigin({ '/long': answer(long), '/short': answer('short') });
    await warm(
      origin.url,
      `{ key: g, path: /long, compress: gzip }, { key: b, path: /long, compress: brotli, compress_above: 10 },
       { key: s, path: /short, compress: gzip }`,
    );
    expect(String(gunzipSync(await stored('p:g')))).toBe(long);
    expect(String(brotliDecompressSync(await stored('p:b')))).toBe(long);
    expect(String(await stored('p:s'))).toBe('short');
  });

  it('names what it cannot store, and leaves the old entry', async () => {
    const origin = await place.startOrigin({ '/b': answer(Buffer.from([0xff, 0])), '/t': answer('no json') });
    await place.redis.call('SET', 'p:b', 'old', 'EX', 100);
    const { failures } = await report(
      origin.url,
      '{ key: b, path: /b, serializer: php }, { key: t, path: /t, value: json }',
    );
    expect(failures.map(({ code }) => code).sort()).toEqual(['value.json', 'value.text']);
    expect(String(await stored('p:b'))).toBe('old');
  });
});

describe('checks of the answer', () => {
  it.each([
    ['{ status: [203] }', 'origin.status'],
    ['{ content_type: text/html }', 'check.content-type'],
    ['{ min_bytes: 1KB }', 'check.min-bytes'],
    ['{ max_bytes: 5 }', 'check.max-bytes'],
    ['{ matches: "^<html" }', 'check.matches'],
    ['{ json_path: "results[0]" }', 'check.json-path'],
    ['{ json_path: "$.results[0]" }', 'check.json-path'],
    ['{ header: { X-Ready: "yes" } }', 'check.header'],
  ])('%s leaves the old entry untouched', async (check, code) => {
    const origin = await place.startOrigin({ '/x': json({ results: [] }) });
    await place.redis.call('SET', 'p:k', 'old', 'EX', 100);
    const { failures, stored: count } = await report(origin.url, `{ key: k, path: /x, check: ${check} }`);
    expect({ codes: failures.map((failure) => failure.code), count }).toEqual({ codes: [code], count: 0 });
    expect(String(await stored('p:k'))).toBe('old');
  });

  it('say what a good status is measured by', async () => {
    const origin = await place.startOrigin({ '/x': json({}) });
    const check = '{ key: k, path: /x, check: { status: [201, 204] } }';
    expect((await report(origin.url, check)).failures).toMatchObject([
      { code: 'origin.status', message: 'the origin answered 200 OK, and check.status wants 201, 204' },
    ]);
  });

  it('let through what they ask for', async () => {
    const origin = await place.startOrigin({
      '/x': answer('{"results":[1]}', {
        headers: { 'content-type': 'application/json; charset=utf-8', 'x-ready': 'Yes, it is' },
      }),
      '/gone': answer('gone', { status: 410 }),
    });
    const check =
      '{ content_type: application/json, min_bytes: 1, max_bytes: 1KB, matches: results, json_path: "results[0]", header: { X-Ready: "yes" } }';
    expect(
      (
        await warm(
          origin.url,
          `{ key: k, path: /x, check: ${check} }, { key: g, path: /gone, check: { status: [410] } }`,
        )
      ).code,
    ).toBe(0);
    expect(await place.redis.entryKeys()).toEqual(['p:g', 'p:k']);
  });
});

describe('answers that are not for everybody', () => {
  const headers = [
    ['set-cookie', 'id=1', 'refused.set-cookie'],
    ['cache-control', 'private, max-age=60', 'refused.private'],
    ['cache-control', 'no-store', 'refused.no-store'],
    ['vary', 'Accept, *', 'refused.vary'],
  ] as const;

  it.each(headers)('%s: %s is not stored, counted and named', async (name, value, code) => {
    const origin = await place.startOrigin({ '/x': answer('mine', { headers: { [name]: value } }) });
    const result = await report(origin.url, '{ key: k, path: /x }');
    expect(result).toMatchObject({
      stored: 0,
      refused: 1,
      failed: 0,
      refusals: [{ code, targets: [{ key: 'k' }] }],
    });
    expect(await place.redis.keys()).toEqual([]);
    const allowed = await report(origin.url, '{ key: k, path: /x, allow_private: true }');
    expect(allowed).toMatchObject({ stored: 1, refused: 0 });
  });

  it('warns once of a Vary header that the entry does not set', async () => {
    const origin = await place.startOrigin({
      '*': answer('x', { headers: { vary: 'Accept-Language, Accept-Encoding' } }),
    });
    const entry = '{ key: "k:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 9, as: n } }';
    const { code, stderr } = await warm(origin.url, entry);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'warning: cachectl.yaml:5: the answer varies with the header accept-language, which the entry does not set\n',
    );
    const set = await warm(origin.url, '{ key: k, path: /, headers: { Accept-Language: de } }');
    expect(set.stderr).toBe('');
  });
});

describe('how long an entry lives, by ttl: origin', () => {
  /** An entry is written while `warm` runs: that it lives for so long says that it ends so long after some moment of it. */
  const expectLife = async (headers: Readonly<Record<string, string>>, seconds: number): Promise<void> => {
    const origin = await place.startOrigin({ '/x': answer('x', { headers }) });
    const before = Date.now();
    await warm(origin.url, '{ key: k, path: /x, ttl: origin }', ['--force']);
    const after = Date.now();
    const writtenAt = Number(await place.redis.call('PEXPIRETIME', 'p:k')) - seconds * 1_000;
    expect(writtenAt).toBeGreaterThanOrEqual(before);
    expect(writtenAt).toBeLessThanOrEqual(after);
  };
  it('follows s-maxage, max-age less Age, and Expires; its own TTL where the origin is silent', async () => {
    await expectLife({ 'cache-control': 'max-age=10, s-maxage=100' }, 100);
    await expectLife({ 'cache-control': 'max-age=100', age: '40' }, 60);
    const now = Date.now();
    await expectLife(
      { date: new Date(now).toUTCString(), expires: new Date(now + 200_000).toUTCString() },
      200,
    );
    await expectLife({}, 60);
  });

  it('stores nothing that is stale already', async () => {
    const origin = await place.startOrigin({
      '/x': answer('x', { headers: { 'cache-control': 'max-age=0' } }),
    });
    const { failures } = await report(origin.url, '{ key: k, path: /x, ttl: origin }');
    expect(failures[0]?.code).toBe('origin.stale');
    expect(await place.redis.keys()).toEqual([]);
  });
});

describe('a second run', () => {
  const many = '{ key: "k:{n}", path: "/{n}", ttl: 50s, foreach: { from: range, start: 1, end: 20, as: n } }';

  it.each([true, false])(
    'moves no body where nothing has changed (ETag: %s), and renews the TTL',
    async (etag) => {
      const page = revalidating(() => 'a page of some length', etag);
      const origin = await place.startOrigin({ '*': page.handler });
      expect(await report(origin.url, many)).toMatchObject({ stored: 20, revalidated: 0 });
      const sent = page.sent();
      await place.redis.call('PEXPIRE', 'p:k:7', 30_000);
      expect(await report(origin.url, many)).toMatchObject({
        stored: 0,
        revalidated: 20,
        failed: 0,
        bytes: 0,
      });
      expect(page.sent()).toBe(sent);
      expect(origin.requests).toHaveLength(40);
      expect(Number(await place.redis.call('PTTL', 'p:k:7'))).toBeGreaterThan(40_000);
      expect(Number(await place.redis.call('PTTL', 'p:cachectl:warm:k:7'))).toBeGreaterThan(40_000);
    },
  );

  it('does not rewrite an unchanged body where the origin knows no conditions', async () => {
    const origin = await place.startOrigin({ '/x': answer('same') });
    await warm(origin.url, '{ key: k, path: /x }');
    const { bytes, revalidated } = await report(origin.url, '{ key: k, path: /x }');
    expect({ bytes, revalidated }).toEqual({ bytes: 0, revalidated: 1 });
  });

  it('writes what has changed, in the origin or in the spec file', async () => {
    let body = 'one';
    const page = revalidating(() => body);
    const origin = await place.startOrigin({ '/x': page.handler });
    await warm(origin.url, '{ key: k, path: /x }');
    body = 'two';
    expect(await report(origin.url, '{ key: k, path: /x }')).toMatchObject({ stored: 1 });
    expect(String(await stored('p:k'))).toBe('two');
    expect(await report(origin.url, '{ key: k, path: /x, serializer: php }')).toMatchObject({ stored: 1 });
    expect(String(await stored('p:k'))).toBe('s:3:"two";');
  });

  it('writes again what somebody else has written or removed', async () => {
    const page = revalidating(() => 'right');
    const origin = await place.startOrigin({ '/x': page.handler });
    await warm(origin.url, '{ key: k, path: /x }');
    await place.redis.call('SET', 'p:k', 'something else', 'EX', 100);
    expect(await report(origin.url, '{ key: k, path: /x }')).toMatchObject({ stored: 1 });
    expect(String(await stored('p:k'))).toBe('right');
    await place.redis.call('DEL', 'p:k');
    expect(await report(origin.url, '{ key: k, path: /x }')).toMatchObject({ stored: 1 });
  });

  it('fetches everything anew with --force', async () => {
    const page = revalidating(() => 'a page');
    const origin = await place.startOrigin({ '*': page.handler });
    await warm(origin.url, many);
    expect(await report(origin.url, many, ['--force'])).toMatchObject({ stored: 20, revalidated: 0 });
    expect(origin.requests.some(({ headers }) => headers['if-none-match'] !== undefined)).toBe(false);
  });

  it('requests nothing that is there with --only-missing, and nothing that is fresh by fresh_for', async () => {
    const origin = await place.startOrigin({ '*': answer('x') });
    await warm(origin.url, many);
    await place.redis.call('DEL', 'p:k:3');
    origin.reset();
    expect(await report(origin.url, many, ['--only-missing'])).toMatchObject({ stored: 1, fresh: 19 });
    expect(origin.requests.map(({ url }) => url)).toEqual(['/3']);
    await place.redis.call('PEXPIRE', 'p:k:5', 10_000);
    origin.reset();
    expect(await report(origin.url, many.replace('ttl: 50s', 'ttl: 50s, fresh_for: 20s'))).toMatchObject({
      fresh: 19,
      revalidated: 1,
    });
    expect(origin.requests.map(({ url }) => url)).toEqual(['/5']);
  });

  it('counts as no misses, and so leaves the hit rate alone', async () => {
    const origin = await place.startOrigin({ '*': answer('x') });
    await place.redis.call('CONFIG', 'RESETSTAT');
    await warm(origin.url, many);
    expect(String(await place.redis.call('INFO', 'stats'))).toContain('keyspace_misses:0\r\n');
  });

  it('keeps nothing beside an entry that says conditional: false', async () => {
    const origin = await place.startOrigin({ '/x': answer('x', { headers: { etag: '"a"' } }) });
    await warm(origin.url, '{ key: k, path: /x, conditional: false }');
    expect(await place.redis.keys()).toEqual(['p:k']);
  });

  it('keeps the validators in one hash, without secrets', async () => {
    const origin = await place.startOrigin({ '/x': answer('x', { headers: { etag: '"a"' } }) });
    await warm(origin.url, '{ key: k, path: "/x?token=hush" }');
    const fields = (await place.redis.call('HGETALL', 'p:cachectl:warm:k')) as readonly Buffer[];
    const text = fields.map(String).join(' ');
    expect(text).toContain('etag "a"');
    expect(text).toContain('/x?token=***');
    expect(text).not.toContain('hush');
  });
});

describe('mode: touch', () => {
  const application =
    (
      store: (path: string) => Promise<unknown>,
      headers: Readonly<Record<string, string>> = {},
    ): OriginHandler =>
    (request, response) => {
      void store(request.url ?? '').then(() => response.writeHead(200, headers).end('page'));
    };

  it('calls the endpoint, writes nothing itself and proves that the application stored the key', async () => {
    const origin = await place.startOrigin({
      '*': application((path) => place.redis.call('SET', `p:page:${path.slice(1)}`, 'html', 'EX', 30)),
    });
    const entry =
      '{ key: "page:{n}", path: "/{n}", mode: touch, expect_ttl: { min: 10s, max: 1m }, foreach: { from: range, start: 1, end: 5, as: n } }';
    expect(await report(origin.url, entry)).toMatchObject({ touched: 5, verified: 5, stored: 0, failed: 0 });
    expect(await place.redis.keys()).toEqual(['p:page:1', 'p:page:2', 'p:page:3', 'p:page:4', 'p:page:5']);
  });

  it('finds keys by pattern, with the values of variables taken as they are', async () => {
    const origin = await place.startOrigin({
      '*': application(async (path) =>
        path === '/gone'
          ? undefined
          : place.redis.call('SET', `p:cache.${path.slice(1)}.abc`, 'html', 'EX', 30),
      ),
    });
    const entry =
      '{ key: "t:{n}", path: "/{n}", mode: touch, expect_keys: ["cache.{n}.*"], foreach: { from: inline, values: [a, "b*", gone], as: n } }';
    const result = await report(origin.url, entry);
    expect(result).toMatchObject({ touched: 2, verified: 2, failed: 1 });
    expect(result.failures[0]?.code).toBe('touch.not-cached');
  });

  it.each([
    [
      { 'cache-control': 'private' },
      'the application cached nothing: its answer says Cache-Control: private',
    ],
    [{ 'set-cookie': 'a=1' }, 'the application cached nothing: its answer sets a cookie'],
    [{}, 'the application cached nothing'],
  ])('fails with the reason where nothing was cached: %j', async (headers, message) => {
    const origin = await place.startOrigin({ '/x': answer('page', { headers }) });
    const { failures } = await report(origin.url, '{ key: k, path: /x, mode: touch }');
    const { stdout } = await warm(origin.url, '{ key: k, path: /x, mode: touch }');
    expect(stdout).toMatch(/^0 of 1 target touched in [^,]*, [^,]*, 1 failed$/m);
    expect(failures.map((failure) => failure.message)).toEqual([message]);
    expect((await warm(origin.url, '{ key: k, path: /x, mode: touch }')).code).toBe(5);
  });

  it('fails where the key never expires or lives too long', async () => {
    const origin = await place.startOrigin({
      '*': application((path) => place.redis.call('SET', 'p:k', path, ...(path === '/x' ? [] : ['EX', 900]))),
    });
    const forever = await report(origin.url, '{ key: k, path: /x, mode: touch }');
    expect(forever.failures[0]?.message).toBe('what the application cached never expires');
    const long = await report(origin.url, '{ key: k, path: /y, mode: touch, expect_ttl: { max: 1m } }');
    expect(long.failures[0]?.message).toBe('what the application cached lives longer than 1m');
  });

  it('certifies by a header of the second answer', async () => {
    const origin = await place.startOrigin({
      '/good': (_request, response, number) =>
        response.writeHead(200, { 'x-cache': number > 1 ? 'HIT' : 'MISS' }).end('page'),
      '/bad': answer('page', { headers: { 'x-cache': 'MISS' } }),
      '/own': answer('page', { headers: { 'x-served-from': 'store' } }),
    });
    const touch = 'mode: touch, expect_keys: []';
    const result = await report(
      origin.url,
      `{ key: g, path: /good, ${touch} }, { key: b, path: /bad, ${touch} }, { key: o, path: /own, ${touch}, certify_header: { name: X-Served-From, value: Store } }`,
      ['--certify'],
    );
    expect(result).toMatchObject({ touched: 2, verified: 2, failed: 1 });
    expect(result.failures[0]?.message).toBe('the second answer says x-cache: MISS');
    expect(origin.requests).toHaveLength(6);
  });
});

describe('mistakes in how an entry is filled', () => {
  it.each([
    ['mode: touch, compress: gzip', 'is about storing the answer'],
    ['expect_keys: [a]', 'means something only with `mode: touch`'],
    ['select: a', 'add `value: json`'],
    ['compress: lzma', 'expected gzip or zlib or brotli or zstd'],
    ['check: { matches: "(" }', 'not a regular expression'],
    ['check: { json_path: "a[" }', 'cachectl.yaml:5:67: this is not a JMESPath expression'],
    ['check: { json_path: "" }', 'expected a JMESPath or JSONPath expression, found nothing'],
    ['value: json, select: "]["', 'cachectl.yaml:5:68: this is not a JMESPath expression'],
    ['value: json, select: "$.a b"', 'this is not a JSONPath expression'],
    ['check: { min_bytes: 2KB, max_bytes: 2000 }', '`max_bytes` is less than `min_bytes`'],
    ['mode: touch, expect_ttl: { min: 1h, max: 600 }', '`max` is less than `min`'],
  ])('%s is refused before anything is contacted', async (keys, message) => {
    const origin = await place.startOrigin({});
    const { code, stderr } = await warm(origin.url, `{ key: k, path: /x, ${keys} }`);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(origin.requests).toHaveLength(0);
  });

  it('refuses zstd where this Node cannot write it', async () => {
    const origin = await place.startOrigin({ '*': answer('x'.repeat(5_000)) });
    const { code, stderr } = await warm(origin.url, '{ key: k, path: /x, compress: zstd }');
    if (Number(process.versions.node.split('.')[0]) < 22) {
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr:
          'error: cachectl.yaml:5: this version of Node cannot write zstd\nhint: Node 22.15 and later can; gzip, zlib and brotli work everywhere\n',
      });
    } else expect(code).toBe(0);
  });
});

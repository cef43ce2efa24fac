import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startOrigin, type OriginHandler, type TestOrigin } from '../../support/http-origin.ts';
import { PLACE_KINDS, startPlace, type Place } from '../../support/place.ts';
import { runMain } from '../../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../../support/spec-folder.ts';

describe.each(PLACE_KINDS)('tags on a %s', (kind) => {
  let place: Place;
  let origin: TestOrigin;
  let spec: SpecFolder;
  let answering: OriginHandler;
  beforeAll(async () => {
    place = await startPlace(kind);
    spec = await createSpecFolder();
    origin = await startOrigin({ '*': (request, response, number) => answering(request, response, number) });
    await spec.write(`version: 1
connections: { default: { url: "${place.url}" } }
layout: { type: plain, prefix: "shop:" }
origin: { base_url: "${origin.url}" }
defaults: { ttl: 1h, retries: 0 }
scopes:
  products:
    entries:
      - { key: "product:{id}", path: "/p/{id}", tags: [products, "product:{id}"], foreach: { from: range, start: 1, end: 5, as: id } }
      - { key: "list", path: "/list", ttl: 2h, tags: [products, lists], conditional: false }
      - { key: "untagged", path: "/u" }
`);
  });
  afterAll(() => Promise.all([place.stop(), origin.stop(), spec.remove()]));
  beforeEach(async () => {
    answering = (request, response) => {
      response.setHeader('ETag', `"${request.url ?? ''}"`);
      if (request.headers['if-none-match'] === undefined) response.end(`answer to ${request.url ?? ''}`);
      else response.writeHead(304).end();
    };
    await place.flush();
  });

  const run = (...argv: readonly string[]) => runMain(argv, { cwd: spec.folder });
  const json = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await run(...argv, '--json');
    return { code, stderr, report: JSON.parse(stdout) as Record<string, unknown> };
  };
  const ask = async (...command: readonly [string, string, ...(string | number)[]]) => {
    const [reply] = await place.send([command]);
    return reply ?? null;
  };
  const members = async (tag: string): Promise<readonly string[]> => {
    const reply = await ask('ZRANGE', `shop:cachectl:tag:${tag}`, 0, -1);
    return (Array.isArray(reply) ? reply : []).map(String).sort();
  };
  const entries = async (): Promise<readonly string[]> =>
    (await place.keys()).map(String).filter((key) => !key.includes('cachectl:'));

  test('are written with the entries, in sets that expire with their last member', async () => {
    expect(await run('warm', '--scope', 'products')).toMatchObject({ code: 0, stderr: '' });
    expect(await members('products')).toEqual([
      'shop:list',
      ...[1, 2, 3, 4, 5].map((id) => `shop:product:${id}`),
    ]);
    expect(await members('product:3')).toEqual(['shop:product:3']);
    for (const key of await place.keys()) {
      const life = Number((await place.send([['PTTL', key]]))[0]);
      expect(life, String(key)).toBeGreaterThan(0);
    }
    const [entry = 0, set = 0, one = 0] = (
      await place.send([
        ['PEXPIRETIME', 'shop:list'],
        ['PEXPIRETIME', 'shop:cachectl:tag:products'],
        ['PEXPIRETIME', 'shop:cachectl:tag:product:1'],
      ])
    ).map(Number);
    expect(set).toBeGreaterThanOrEqual(entry);
    expect(set).toBeLessThan(entry + 5_000);
    expect(one).toBeLessThan(entry - 3_000_000);
    expect(Number(await ask('ZSCORE', 'shop:cachectl:tag:products', 'shop:list'))).toBe(set);
  });

  test('a life that is only renewed is renewed in the index, too', async () => {
    await run('warm', '--scope', 'products');
    await place.send([
      ['ZADD', 'shop:cachectl:tag:products', Date.now() + 60_000, 'shop:product:1'],
      ['PEXPIRE', 'shop:cachectl:tag:product:1', 60_000],
    ]);
    expect((await json('warm', '--scope', 'products')).report).toMatchObject({ revalidated: 6 });
    expect(Number(await ask('ZSCORE', 'shop:cachectl:tag:products', 'shop:product:1'))).toBeGreaterThan(
      Date.now() + 3_000_000,
    );
    expect(Number(await ask('PTTL', 'shop:cachectl:tag:product:1'))).toBeGreaterThan(3_000_000);
  });

  test('clear takes what has any of the tags, and leaves no trace of it', async () => {
    await run('warm', '--scope', 'products');
    expect((await json('clear', '--tag', 'product:2', '--tag', 'lists', '--dry-run')).report).toMatchObject({
      matched: 2,
    });
    expect(await json('clear', '--tag', 'product:2', '--tag', 'lists')).toMatchObject({
      code: 0,
      stderr: '',
      report: {
        matched: 2,
        removed: 2,
        already_gone: 0,
        selection: { tags: [{ key: 'product:2' }, { key: 'lists' }], tag_match: 'any' },
      },
    });
    expect(await members('product:2')).toEqual([]);
    expect(await members('lists')).toEqual([]);
    expect(await members('products')).toContain('shop:list');
    expect((await json('clear', '--tag', 'products')).report).toMatchObject({ removed: 4, already_gone: 2 });
    expect(await entries()).toEqual(['shop:untagged']);
    expect(await members('products')).toEqual([]);
    expect(await json('clear', '--tag', 'products')).toMatchObject({ code: 0, report: { matched: 0 } });
  });

  test('a key with several of the tags is taken once, and --match all wants all of them', async () => {
    await run('warm', '--scope', 'products');
    expect((await run('keys', '--tag', 'products', '--tag', 'lists', '--count')).stdout).toBe('6\n');
    expect((await run('keys', '--tag', 'products', '--tag', 'lists', '--match', 'all')).stdout).toBe(
      'list\n',
    );
    expect((await run('keys', '--tag', 'product:1', '--tag', 'lists', '--match', 'all')).stdout).toBe('');
    expect((await json('ttl', '--tag', 'products', '--exclude', 'list', '--cap', '1m')).report).toMatchObject(
      { changed: 5 },
    );
    expect(
      (await json('clear', '--tag', 'products', '--tag', 'lists', '--match', 'all')).report,
    ).toMatchObject({ removed: 1 });
    expect(await run('keys', '--match', 'all')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--match belongs to --tag') as string,
    });
  });

  test('a key that is gone is no error, and is counted as an orphan until it is trimmed', async () => {
    await run('warm', '--scope', 'products');
    await ask('DEL', 'shop:product:1');
    expect((await json('tags', 'list')).report).toMatchObject({
      tags: [
        { tag: 'products', keys: 5, orphans: 1 },
        { tag: 'lists', keys: 1, orphans: 0 },
        { tag: 'product:2', keys: 1 },
        { tag: 'product:3' },
        { tag: 'product:4' },
        { tag: 'product:5' },
        { tag: 'product:1', keys: 0, orphans: 1 },
      ],
      totals: { tags: 7, keys: 10, orphans: 2 },
    });
    expect((await run('tags', 'show', 'product:1')).stdout).toBe(
      'product:1: 0 keys, 1 orphan\nkey         ttl\nproduct:1  gone\n',
    );
    const before = await place.keys();
    expect((await json('tags', 'repair', '--dry-run')).report).toMatchObject({
      orphans: 2,
      corrected: 0,
      added: 0,
    });
    expect(await place.keys()).toEqual(before);
    expect((await json('tags', 'repair')).report).toMatchObject({
      tags: 7,
      keys: 10,
      orphans: 2,
      corrected: 0,
      added: 0,
    });
    expect((await json('tags', 'list')).report).toMatchObject({ totals: { tags: 6, keys: 10, orphans: 0 } });
  });

  test('repair makes a lost index anew, and corrects keys that live longer than it says', async () => {
    await run('warm', '--scope', 'products');
    await ask('DEL', 'shop:cachectl:tag:products');
    await ask('PEXPIRE', 'shop:product:4', 90_000_000);
    await ask('PERSIST', 'shop:product:5');
    expect((await json('tags', 'repair')).report).toMatchObject({ corrected: 2, added: 6 });
    expect(await members('products')).toHaveLength(6);
    expect(Number(await ask('PTTL', 'shop:cachectl:tag:product:4'))).toBeGreaterThan(80_000_000);
    expect((await json('tags', 'repair')).report).toMatchObject({ orphans: 0, corrected: 0, added: 0 });
  });

  test('what has expired is trimmed by the next write', async () => {
    await place.send([['ZADD', 'shop:cachectl:tag:products', 1_000, 'shop:long-gone']]);
    await run('warm', '--scope', 'products');
    expect(await members('products')).not.toContain('shop:long-gone');
  });

  test('a key can be tagged by hand', async () => {
    await place.send([
      ['SET', 'shop:user:1', 'x', 'PX', 600_000],
      ['SET', 'shop:user:2', 'x'],
    ]);
    expect(await run('tags', 'add', 'user:1', 'users', 'vip')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^user:1 has 2 tags more on .*: users vip\n$/) as string,
    });
    await run('tags', 'add', 'user:2', 'users');
    expect(await run('tags', 'add', 'user:3', 'users')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('user:3 is not there') as string,
    });
    expect(await members('users')).toEqual(['shop:user:1', 'shop:user:2']);
    // A key without an end keeps its set, and the set still has an expiry of some kind.
    expect(Number(await ask('PTTL', 'shop:cachectl:tag:users'))).toBeGreaterThan(1e12);
    expect(String(await ask('HGET', 'shop:cachectl:warm:user:1', 'tags'))).toBe('["users","vip"]');
    expect((await json('clear', '--tag', 'users')).report).toMatchObject({ removed: 2 });
  });

  test('a key that is tagged again while it is cleared keeps its tag', async () => {
    await place.send([['SET', 'shop:user:1', 'x', 'PX', 600_000]]);
    await run('tags', 'add', 'user:1', 'users');
    const [score] = [Number(await ask('ZSCORE', 'shop:cachectl:tag:users', 'shop:user:1'))];
    await place.send([['ZADD', 'shop:cachectl:tag:users', score + 5, 'shop:user:1']]);
    const { removeOrphans } = await import('../../../src/tags/prune.ts');
    const set = Buffer.from('shop:cachectl:tag:users');
    expect(await removeOrphans(place.client, set, [{ key: Buffer.from('shop:user:1'), score }])).toBe(0);
    expect(
      await removeOrphans(place.client, set, [{ key: Buffer.from('shop:user:1'), score: score + 5 }]),
    ).toBe(1);
  });

  test('an entry whose tags cannot be written has failed', async () => {
    await place.send([['SET', 'shop:cachectl:tag:lists', 'something else']]);
    const { code, report } = await json('warm', '--scope', 'products');
    expect(code).toBe(5);
    expect(report).toMatchObject({ stored: 6, failed: 1 });
    expect(await run('tags', 'list')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('shop:cachectl:tag:lists is no sorted set') as string,
    });
  });

  test('a user without scripts keeps tags, too', async () => {
    for (const node of await place.client.primaries()) {
      await node.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-@scripting');
    }
    const url = place.url.replace('://', '://plain:pw@');
    expect(await run('warm', '--scope', 'products', '--url', url)).toMatchObject({ code: 0 });
    expect(await members('products')).toHaveLength(6);
    const set = Number(await ask('PTTL', 'shop:cachectl:tag:products'));
    expect(set).toBeGreaterThan(7_000_000);
    expect((await run('clear', '--tag', 'products', '--url', url)).code).toBe(0);
    expect(await entries()).toEqual(['shop:untagged']);
  });
});

describe('under a framework’s layout', () => {
  let place: Place;
  beforeAll(async () => {
    place = await startPlace('single');
  });
  afterAll(() => place.stop());
  beforeEach(() => place.flush());

  test('--tag says that it is not the framework’s tag, and Django’s versions have indexes of their own', async () => {
    const laravel = await runMain(['clear', '--tag', 'users', '--layout', 'laravel', '--url', place.url]);
    expect(laravel).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('for a tag of Laravel say --laravel-tag users') as string,
    });
    await place.send([
      ['SET', 'shop:1:a', 'x', 'PX', 600_000],
      ['SET', 'shop:2:b', 'x', 'PX', 600_000],
    ]);
    const django = (...argv: readonly string[]) => runMain([...argv, '--url', place.url]);
    await django('tags', 'add', 'a', 't', '--layout', 'django:prefix=shop');
    await django('tags', 'add', 'b', 't', '--layout', 'django:prefix=shop,version=2');
    const both = 'django:prefix=shop,version=1,version=2';
    expect((await django('keys', '--tag', 't', '--layout', 'django:prefix=shop')).stdout).toBe('a\n');
    expect((await django('keys', '--tag', 't', '--layout', both, '--count')).stdout).toBe('2\n');
  });
});

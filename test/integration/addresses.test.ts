import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunResult } from '../support/run-main.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  await redis.call('FLUSHALL');
});

const cachectl = (...argv: readonly string[]): Promise<RunResult> => runMain([...argv, '--url', redis.url]);

async function set(...keys: readonly string[]): Promise<void> {
  for (const key of keys) await redis.call('SET', key, 'value');
}

describe('a tag of Laravel', () => {
  const prefix = 'laravel-database-laravel-cache-';
  const item = (key: string): string =>
    `${createHash('sha1').update('tag:news:entries|tag:home:entries').digest('hex')}:${key}`;
  beforeEach(async () => {
    for (const key of ['a', 'b*', 'expired']) {
      await redis.call('ZADD', `${prefix}tag:news:entries`, -1, item(key));
      if (key !== 'expired') await set(prefix + item(key));
    }
    await redis.call('ZADD', `${prefix}tag:home:entries`, -1, item('a'));
    await set(`${prefix}untagged`, item('a'));
  });

  test('clears its items and its list of them, and nothing else', async () => {
    const plan = await cachectl('clear', '--laravel-tag', 'news', '--dry-run');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout).toContain('3 keys would be removed');
    const run = await cachectl('clear', '--laravel-tag', 'news');
    expect(run.stdout).toContain('Removed 3 keys');
    expect(await redis.keys()).toEqual([item('a'), `${prefix}tag:home:entries`, `${prefix}untagged`].sort());
  });

  test('is listed by keys, and ttl changes the life of its items alone', async () => {
    const listed = await cachectl('keys', '--laravel-tag', 'news', '--count');
    expect(listed.stdout).toBe('3\n');
    const run = await cachectl('ttl', '--laravel-tag', 'news', '--set', '1h', '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ matched: 2, changed: 2 });
    expect(await redis.call('TTL', prefix + item('a'))).toBeGreaterThan(3_500);
    expect(await redis.call('TTL', `${prefix}tag:news:entries`)).toBe(-1);
    expect(await redis.call('TTL', `${prefix}untagged`)).toBe(-1);
  });

  test('asks for a confirmation where the connection is protected, as patterns do', async () => {
    const run = await cachectl('clear', '--laravel-tag', 'news', '--confirm', 'other');
    expect(run.code).toBe(7);
  });

  test('is inspected: every item, and the list', async () => {
    const run = await cachectl('inspect', '--laravel-tag', 'news', '--no-value');
    expect(run.stdout.match(/what +item with tags/g)).toHaveLength(3);
    expect(run.stdout).toMatch(/what +sorted set of the items of a tag/);
  });
});

test.each(['\0', '\u0001'])(
  'a tag of Symfony (%j) clears its items and its set, and no other pool’s',
  async (mark) => {
    await set('app:a', 'app:b', 'app:c', 'other:a');
    await redis.call('SADD', `app:${mark}tags${mark}news`, 'app:a', 'app:b', 'other:a');
    await redis.call('SADD', `app:${mark}tags${mark}home`, 'app:a');
    const run = await cachectl('clear', '--symfony-tag', 'news', '--layout', 'symfony:namespace=app');
    expect(run.stdout).toContain('Removed 3 keys');
    expect(await redis.keys()).toEqual([`app:${mark}tags${mark}home`, 'app:c', 'other:a'].sort());
  },
);

test('a tag without items is nothing, and no failure', async () => {
  const run = await cachectl('clear', '--symfony-tag', 'none');
  expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Removed 0 keys') as string });
});

test('a big tag is walked in steps', async () => {
  for (let at = 0; at < 5_000; at += 1_000) {
    const members = Array.from({ length: 1_000 }, (_, index) => `item:${at + index}`);
    await redis.call('ZADD', 'tag:big:entries', ...members.flatMap((member) => [-1, member]));
    await redis.call('MSET', ...members.flatMap((member) => [member, 'x']));
  }
  const run = await cachectl(
    'clear',
    '--laravel-tag',
    'big',
    '--layout',
    'laravel:redis_prefix=,cache_prefix=',
  );
  expect(run.stdout).toContain('Removed 5,001 keys');
  expect(await redis.keys()).toEqual([]);
});

test('a cache of Spring is cleared by its name, taken literally', async () => {
  await set('products::1', 'products::2', 'products2::1', 'product*::1', 'shop:products::1');
  expect((await cachectl('clear', '--spring-cache', 'product*')).stdout).toContain('Removed 1 key');
  expect((await cachectl('clear', '--spring-cache', 'products')).stdout).toContain('Removed 2 keys');
  const run = await cachectl('clear', '--spring-cache', 'products', '--layout', 'spring:prefix=shop:');
  expect(run.stdout).toContain('Removed 1 key');
  expect(await redis.keys()).toEqual(['products2::1']);
});

test('a group of WordPress is cleared, of every blog that the layout names', async () => {
  await set('1:posts:5', '2:posts:5', '3:posts:5', '1:posts-meta:5', '1:options:posts');
  const run = await cachectl(
    ...['clear', '--wordpress-group', 'posts', '--layout', 'wordpress:blog_prefix=1,blog_prefix=2'],
  );
  expect(run.stdout).toContain('Removed 2 keys');
  expect(await redis.keys()).toEqual(['1:options:posts', '1:posts-meta:5', '3:posts:5']);
});

test('keys and ttl take a page, a fragment, a session, a composite key, a cache and a group', async () => {
  await set(
    ...[':1:template.cache.footer.d41d8cd98f00b204e9800998ecf8427e', ':1:django.contrib.sessions.cachebob'],
    ...['user/1/a=1', 'products::1', 'products::2', 'wp:posts:5'],
    ...[':1:views.decorators.cache.cache_header..d41d8cd98f00b204e9800998ecf8427e.en-us.UTC'],
  );
  for (const [address, count] of [
    [['--django-fragment', 'footer'], 1],
    [['--django-session', 'bob'], 1],
    [['--rails-key', '["user", 1, {"a": 1}]'], 1],
    [['--spring-cache', 'products'], 2],
    [['--wordpress-group', 'posts', '--layout', 'wordpress:blog_prefix=wp'], 1],
  ] as const) {
    expect((await cachectl('keys', ...address, '--count')).stdout, address.join(' ')).toBe(`${count}\n`);
    const run = await cachectl('ttl', ...address, '--set', '1h', '--json');
    expect(JSON.parse(run.stdout), address.join(' ')).toMatchObject({ matched: count, changed: count });
  }
  expect(await redis.call('TTL', 'products::2')).toBeGreaterThan(3_500);
});

test('a composite key of Rails is computed', async () => {
  await set('shop:user/1/a=1', 'shop:user/1');
  const layout = ['--layout', 'rails:namespace=shop'];
  const json = '["user", 1, {"a": 1}]';
  expect((await cachectl('key', 'for', '--rails-key', json, ...layout)).stdout).toBe('shop:user/1/a=1\n');
  expect((await cachectl('clear', '--rails-key', json, ...layout)).stdout).toContain('Removed 1 key');
  expect(await redis.keys()).toEqual(['shop:user/1']);
});

describe('key for', () => {
  test('prints exactly the bytes, also where they do not print', async () => {
    const run = await cachectl(
      'key',
      'for',
      '"a\\xff\\n"',
      '--quoted-input',
      '--layout',
      'plain:prefix=shop:',
    );
    expect(run.stdout).toBe('"shop:a\\xff\\n"\n');
    const json = await cachectl('key', 'for', '"a\\xff"', '--quoted-input', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      keys: [{ key_base64: Buffer.from([0x61, 0xff]).toString('base64') }],
    });
  });

  test('needs no Redis where the key can be computed', async () => {
    const run = await runMain([
      ...[
        'key',
        'for',
        '--url',
        'redis://127.0.0.1:1',
        '--django-fragment',
        'sidebar',
        '--vary',
        'bob',
        '--vary',
        '7',
      ],
    ]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toBe(
      ':1:template.cache.sidebar.4e39d47d49108c34506f453070220b0c\n' +
        `:1:template.cache.sidebar.${createHash('md5').update('3:bob,1:7,').digest('hex')}\n`,
    );
  });

  test.each([
    [['key', 'for'], 'say which key'],
    [['clear', '--vary', 'a'], '--vary belongs to --django-fragment'],
    [['clear', '--header', 'A: b'], '--header belongs to --django-view'],
    [['clear', '--django-view', '/products/'], '--django-view takes an absolute URL'],
    [['clear', '--django-view', 'http://h/', '--header', 'nonsense'], "--header takes 'NAME: VALUE'"],
    [['clear', '--django-session', ''], '--django-session is empty'],
    [['clear', '--rails-key', 'user'], '--rails-key takes JSON'],
    [['clear', '--laravel-tag', 'a', '--django-session', 'b'], 'is an address of the laravel layout'],
    [['clear', '--django-session', 'b', '--layout', 'plain'], 'is an address of the django layout'],
    [['clear', '--django-session', 'b', '--raw'], '--raw and --django-session contradict each other'],
    [['clear', 'a', '--key-version', 'x'], '--key-version takes a whole number'],
    [['clear', 'a', '--key-version', '1', '--layout', 'rails'], "--key-version is about Django's keys"],
    [['inspect'], 'inspect needs KEY'],
  ])('and the others refuse %j', async (argv, message) => {
    const run = await cachectl(...argv);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });
});

describe('the layout of a command line', () => {
  test('puts the version of --key-version in front', async () => {
    await set('shop:1:a', 'shop:2:a', 'shop:3:a');
    const run = await cachectl(
      ...['clear', 'a', '--layout', 'django:prefix=shop', '--key-version', '1', '--key-version', '3'],
    );
    expect(run.stdout).toContain('Removed 2 keys');
    expect(await redis.keys()).toEqual(['shop:2:a']);
  });

  test('is none with --raw', async () => {
    await set('shop:2:user:42', 'shop:2:shop:2:user:42');
    const run = await cachectl(
      'clear',
      '--raw',
      'shop:2:user:42',
      '--layout',
      'django:prefix=shop,version=2',
    );
    expect(run.stdout).toContain('Removed 1 key');
    expect(await redis.keys()).toEqual(['shop:2:shop:2:user:42']);
    const shown = await cachectl(
      'inspect',
      '--raw',
      'shop:2:shop:2:user:42',
      '--layout',
      'django:prefix=shop,version=2',
    );
    expect(shown.stdout).toMatch(/^key +shop:2:shop:2:user:42\n/);
    expect(shown.stdout).toMatch(/version +2\n/);
  });

  test('takes the place that exists where a key has several', async () => {
    await set('blog:1:home');
    const run = await cachectl(
      ...['inspect', 'home', 'away', '--layout', 'django:prefix=shop,prefix=blog', '--no-value', '--json'],
    );
    const { keys } = JSON.parse(run.stdout) as {
      readonly keys: readonly { readonly physical_key: string; readonly exists: boolean }[];
    };
    expect(keys.map((key) => [key.physical_key, key.exists])).toEqual([
      ['blog:1:home', true],
      ['shop:1:away', false],
    ]);
  });

  test('confines --all to its prefixes', async () => {
    await set('shop:1:a', 'blog:1:a', 'shop:2:a', 'other');
    const location = `127.0.0.1:${redis.port}/0`;
    const run = await cachectl(
      ...['clear', '--all', '--confirm', location, '--layout', 'django:prefix=shop,prefix=blog'],
    );
    expect(run.stdout).toContain('Removed 2 keys');
    expect(await redis.keys()).toEqual(['other', 'shop:2:a']);
  });
});

describe('layout detect', () => {
  test('says how much it looked at, what fits and why, and what to paste', async () => {
    await set('shop:2:template.cache.footer.d41d8cd98f00b204e9800998ecf8427e', 'shop:2:a', 'other');
    await redis.call('RPUSH', 'shop:2:list', 'a');
    const run = await cachectl('layout', 'detect');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^Looked at 4 keys, all there are, on 127\.0\.0\.1:\d+\/0 in /);
    expect(run.stdout).toMatch(/django.* 3 \(75%\).* 1 template fragments/);
    expect(run.stdout).toMatch(
      /\n\nFor cachectl.yaml:\n\nlayout: \{ type: django, prefix: "shop", version: 2 \}\n$/,
    );
  });

  test('stops at the size of the sample, and has nothing to say of an empty database', async () => {
    expect((await cachectl('layout', 'detect')).stdout).toContain('There is nothing to tell a layout from.');
    await set(...Array.from({ length: 50 }, (_, index) => `a:${index}`));
    const run = await cachectl('layout', 'detect', '--sample', '10', '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({
      sampled_keys: 10,
      complete: false,
      layout: { type: 'plain', prefix: 'a:' },
    });
  });
});

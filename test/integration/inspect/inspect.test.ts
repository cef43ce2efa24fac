import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../../support/run-main.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startTestRedis();
  await redis.call('SET', 'user:42', '{"id":42,"tags":["a","b"]}');
  await redis.call('SET', 'text', 'hello');
  await redis.call('SET', 'counter', '12');
  await redis.call('RPUSH', 'list', 'one', 'two\nlines', '');
  await redis.call('SADD', 'set', 'only');
  await redis.call('ZADD', 'zset', '1.5', 'low', 'inf', 'high', '-3', '{"a": 1}');
  await redis.call('HSET', 'hash', 'name', 'Zoë', 'raw', Buffer.from([0xff, 0x00]));
  await redis.call('XADD', 'stream', '1-1', 'event', 'login', 'user', '42');
  await redis.call('XADD', 'stream', '2-1', 'event', 'logout');
});
afterAll(() => redis.stop());

const inspect = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
  runMain(['inspect', '--url', redis.url, ...args], options);

/** What differs from one server and moment to the next: memory, idle time. */
const stable = (text: string): string =>
  text
    .replace(/^(memory +).*$/gm, '$1M')
    .replace(/^(idle +).*$/gm, '$1I')
    .replace(/^(encoding +).*$/gm, '$1E');

interface JsonKey {
  readonly exists: boolean;
  readonly [field: string]: unknown;
}

async function inspectJson(args: readonly string[], options: RunOptions = {}): Promise<readonly JsonKey[]> {
  const result = await inspect(['--json', ...args], options);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const document = JSON.parse(result.stdout) as { schema: string; keys: readonly JsonKey[] };
  expect(document.schema).toBe('cachectl/inspect/v1');
  return document.keys;
}

test('shows JSON indented, with type, length, memory and idle time', async () => {
  const result = await inspect(['user:42']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(stable(result.stdout)).toBe(`key       user:42
exists    yes
type      string
encoding  E
TTL       none, never expires
length    26 bytes
memory    M
idle      I
value
  {
    "id": 42,
    "tags": [
      "a",
      "b"
    ]
  }
`);
});

test('says of a pattern that it was taken as a key, and what lists what matches', async () => {
  const { code, stderr } = await inspect(['user:*', 'nobody']);
  expect(code).toBe(0);
  expect(stderr).toBe(
    '"user:*" was taken as an exact key; cachectl keys --pattern "user:*" lists what matches\n',
  );
  await redis.call('SET', 'user:*', 'x');
  expect((await inspect(['user:*'])).stderr).toBe('');
});

test('says that a key does not exist, with exit code 0', async () => {
  expect(await inspect(['nobody'])).toEqual({ code: 0, stdout: 'key     nobody\nexists  no\n', stderr: '' });
  expect(await inspectJson(['nobody'])).toEqual([
    {
      key: 'nobody',
      physical_key: 'nobody',
      explanation: { layout: 'plain', prefix: '', version: null, kind: 'entry', what: 'entry', details: {} },
      node: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      slot: null,
      warmed: null,
      namespaces: [],
      tags: [],
      exists: false,
      type: null,
      ttl_seconds: null,
      expires_at: null,
      encoding: null,
      length: null,
      memory_bytes: null,
      idle_seconds: null,
      frequency: null,
      value: null,
    },
  ]);
});

test('separates several keys by an empty line, in the order of the command line', async () => {
  const { stdout } = await inspect(['text', 'nobody', 'counter']);
  expect(stable(stdout)).toBe(`key       text
exists    yes
type      string
encoding  E
TTL       none, never expires
length    5 bytes
memory    M
idle      I
value     hello

key     nobody
exists  no

key       counter
exists    yes
type      string
encoding  E
TTL       none, never expires
length    2 bytes
memory    M
idle      I
value     12
`);
});

test('shows the TTL in seconds and the moment of expiry', async () => {
  await redis.call('SET', 'short', 'x', 'EX', 3_600);
  const expiresAtMs = Number(await redis.call('PEXPIRETIME', 'short'));
  const before = Date.now();
  const [key] = await inspectJson(['short']);
  const after = Date.now();
  // To a second, and for as long as it took to ask.
  expect(key?.['ttl_seconds']).toBeGreaterThanOrEqual((expiresAtMs - after) / 1_000 - 1);
  expect(key?.['ttl_seconds']).toBeLessThanOrEqual((expiresAtMs - before) / 1_000 + 1);
  const expiresAt = Date.parse(String(key?.['expires_at']));
  expect(expiresAt).toBeGreaterThanOrEqual(expiresAtMs - 1_000);
  expect(expiresAt).toBeLessThanOrEqual(expiresAtMs + 1_000 + after - before);

  const { stdout } = await inspect(['short']);
  expect(stdout).toMatch(
    /^TTL {7}3,(600|5\d\d) seconds \((1h|59m \d+s)\), until (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d$/m,
  );
});

test('shows the date of an expiry that is not today', async () => {
  await redis.call('SET', 'long-lived', 'x', 'EX', 2 * 86_400);
  const at = new Date(Date.now() + 2 * 86_400_000);
  const { stdout } = await inspect(['long-lived']);
  expect(stdout).toMatch(/^TTL {7}172,(800|79\d) seconds \(2d\), until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/m);
  expect(stdout).toContain(`until ${at.getFullYear()}-`);
});

test('an expired key does not exist', async () => {
  await redis.call('SET', 'gone', 'x', 'PX', 1);
  await until(async () => (await redis.call('EXISTS', 'gone')) === 0);
  expect((await inspectJson(['gone']))[0]?.exists).toBe(false);
});

test.each([
  ['list', '3 items', ['  index  value', '      0  one', '      1  two\\nlines', '      2  ""']],
  ['set', '1 item', ['  member', '  only']],
  ['zset', '3 items', ['  score  member', '     -3  {"a":1}', '    1.5  low', '    inf  high']],
  ['stream', '2 entries', ['  id   fields', '  1-1  event=login  user=42', '  2-1  event=logout']],
])('shows a %s as lines in a pipe', async (key, length, lines) => {
  const { stdout } = await inspect([key]);
  expect(stdout).toContain(`length    ${length}\n`);
  expect(stdout.slice(stdout.indexOf('value\n'))).toBe(`value\n${lines.join('\n')}\n`);
});

test('shows a hash as lines in a pipe, bytes that are not text quoted', async () => {
  const { stdout } = await inspect(['hash']);
  expect(stdout).toContain('length    2 fields\n');
  const lines = stdout.slice(stdout.indexOf('value\n')).trimEnd().split('\n').slice(1);
  expect(lines.sort()).toEqual(['  field  value', '  name   Zoë', '  raw    "\\xff\\x00"']);
});

test('shows a table on a terminal, within its width', async () => {
  await redis.call('DEL', 'wide');
  await redis.call('HSET', 'wide', 'name', 'x'.repeat(300));
  const { stdout } = await inspect(['wide'], { columns: 60 });
  expect(stdout.slice(stdout.indexOf('value\n'))).toBe(`value
  ┌───────┬────────────────────────────────────────────────┐
  │ field │ value                                          │
  ├───────┼────────────────────────────────────────────────┤
  │ name  │ ${'x'.repeat(45)}… │
  └───────┴────────────────────────────────────────────────┘
`);
});

test.each([60, 80, 120, 200])(
  'no line of a table or a dump is wider than a terminal of %d columns',
  async (columns) => {
    await redis.call('SET', 'binary', Buffer.from(Array.from({ length: 64 }, (_, index) => 255 - index)));
    const { stdout } = await inspect(['zset', 'list', 'stream', 'hash', 'binary', 'wide'], { columns });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
  },
);

test('gives every type in JSON', async () => {
  const keys = await inspectJson(['user:42', 'list', 'set', 'zset', 'stream', 'counter']);
  const text = (data: string) => ({
    encoding: 'text',
    data,
    truncated: false,
    total_bytes: Buffer.byteLength(data),
  });
  expect(keys.map((key) => key['value'])).toEqual([
    { encoding: 'json', data: { id: 42, tags: ['a', 'b'] }, truncated: false, total_bytes: 26 },
    {
      items: [
        { index: 0, value: text('one') },
        { index: 1, value: text('two\nlines') },
        { index: 2, value: text('') },
      ],
      truncated: false,
      total_items: 3,
    },
    { items: [{ member: text('only') }], truncated: false, total_items: 1 },
    {
      items: [
        { member: { encoding: 'json', data: { a: 1 }, truncated: false, total_bytes: 8 }, score: -3 },
        { member: text('low'), score: 1.5 },
        { member: text('high'), score: 'inf' },
      ],
      truncated: false,
      total_items: 3,
    },
    {
      items: [
        {
          id: '1-1',
          fields: [
            { field: 'event', value: text('login') },
            { field: 'user', value: text('42') },
          ],
        },
        { id: '2-1', fields: [{ field: 'event', value: text('logout') }] },
      ],
      truncated: false,
      total_items: 2,
    },
    text('12'),
  ]);
  expect(keys.map((key) => key['type'])).toEqual(['string', 'list', 'set', 'zset', 'stream', 'string']);
});

test('cuts a long value between characters and says so', async () => {
  await redis.call('SET', 'long', 'é'.repeat(60_167));
  const { stdout } = await inspect(['long', '--max-bytes', '9']);
  expect(stdout).toContain('value\n  éééé\n  … 8 of 120,334 bytes shown (--max-bytes)\n');
  expect((await inspectJson(['long', '--max-bytes', '9']))[0]?.['value']).toEqual({
    encoding: 'text',
    data: 'éééé',
    truncated: true,
    total_bytes: 120_334,
  });
});

test('shows cut JSON as text', async () => {
  const { stdout } = await inspect(['user:42', '--max-bytes', '10']);
  expect(stdout).toContain('value\n  {"id":42,"\n  … 10 of 26 bytes shown (--max-bytes)\n');
});

test('reads no more of a big hash, set or list than it shows', async () => {
  const fields = Array.from({ length: 5_000 }, (_, index) => [`field:${index}`, 'v']).flat();
  await redis.call('HSET', 'big-hash', ...fields);
  await redis.call('SADD', 'big-set', ...fields);
  await redis.call('RPUSH', 'big-list', ...fields);
  await redis.call('CONFIG', 'RESETSTAT');
  const keys = await inspectJson(['big-hash', 'big-set', 'big-list', '--max-items', '7']);
  const stats = String(await redis.call('INFO', 'commandstats'));
  expect(stats).not.toMatch(/cmdstat_(hgetall|smembers|keys):/);
  expect(keys.map((key) => (key['value'] as { items: unknown[] }).items.length)).toEqual([7, 7, 7]);
  expect(keys.map((key) => key['length'])).toEqual([5_000, 5_001, 10_000]);
  expect(keys.every((key) => (key['value'] as { truncated: boolean }).truncated)).toBe(true);

  const { stdout } = await inspect(['big-hash', '--max-items', '7']);
  expect(stdout).toContain('\n  … 7 of 5,000 items shown (--max-items)\n');
});

test('finds the fields of a hash that shrank and is mostly empty', async () => {
  const fields = Array.from({ length: 3_000 }, (_, index) => `field:${index}`);
  await redis.call('HSET', 'shrunk', ...fields.flatMap((field) => [field, 'v']));
  await redis.call('HDEL', 'shrunk', ...fields.slice(5));
  const [key] = await inspectJson(['shrunk', '--max-items', '20']);
  expect((key?.['value'] as { items: { field: string }[] }).items.map((item) => item.field).sort()).toEqual(
    fields.slice(0, 5),
  );
});

test('leaves values out with --no-value', async () => {
  const { stdout } = await inspect(['hash', '--no-value']);
  expect(stdout).not.toContain('value');
  expect((await inspectJson(['hash', '--no-value']))[0]).toMatchObject({ length: 2, value: null });
});

test('does not read a value before it has asked for the idle time', async () => {
  await redis.call('SET', 'idle', 'x');
  await until(async () => Number(await redis.call('OBJECT', 'IDLETIME', 'idle')) >= 1);
  expect((await inspectJson(['idle']))[0]?.['idle_seconds']).toBeGreaterThanOrEqual(1);
});

test('shows a key with a newline escaped, and a value’s escapes harmless', async () => {
  await redis.call('SET', 'two\nlines', 'evil \u001b]0;title\u0007 and more text');
  const { stdout } = await inspect(['two\nlines']);
  expect(stdout).toContain('key       "two\\nlines"\n');
  expect(stdout).toContain('value     evil \\x1b]0;title\\a and more text\n');
  expect((await inspectJson(['two\nlines']))[0]).toMatchObject({ key: 'two\nlines', exists: true });
});

test('a value with line feeds cannot pass for fields', async () => {
  await redis.call('SET', 'forged', 'x\nexists    no\n\nkey other');
  const { stdout } = await inspect(['forged']);
  expect(stdout.slice(stdout.indexOf('value'))).toBe('value\n  x\n  exists    no\n\n  key other\n');
});

test('takes a key that is not UTF-8 as redis-cli prints it', async () => {
  await redis.call('SET', Buffer.from([0x6b, 0xff, 0x0a]), 'found');
  const { stdout } = await inspect(['--quoted-input', '"k\\xff\\n"']);
  expect(stdout).toContain('key       "k\\xff\\n"\n');
  expect(stdout).toContain('value     found\n');
  expect((await inspectJson(['--quoted-input', '"k\\xff\\n"']))[0]).toMatchObject({
    key_base64: 'a/8K',
    physical_key_base64: 'a/8K',
    exists: true,
  });
});

test('shows big integers and repeated names of JSON unaltered', async () => {
  await redis.call('SET', 'exact', '{"a":12345678901234567890,"a":1.0}');
  expect((await inspect(['exact'])).stdout).toContain(
    '  {\n    "a": 12345678901234567890,\n    "a": 1.0\n  }\n',
  );
  expect((await inspectJson(['exact']))[0]?.['value']).toMatchObject({
    encoding: 'text',
    data: '{"a":12345678901234567890,"a":1.0}',
  });
});

test.each([
  [['--max-bytes', 'lots'], '--max-bytes takes a size such as 512, 64KB, 1.5MB or 2GB, not "lots"'],
  [['--max-bytes', '0'], '--max-bytes takes a size from 1 B to 64 MB, not "0"'],
  [['--max-bytes', '1GB'], '--max-bytes takes a size from 1 B to 64 MB, not "1GB"'],
  [['--max-items', '0'], '--max-items takes a whole number from 1 to 100000, not "0"'],
])('refuses %j', async (args, message) => {
  const result = await inspect(['text', ...args]);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toContain(`error: ${message}`);
});

test('wants a key', async () => {
  const result = await inspect([]);
  expect(result.code).toBe(2);
  expect(result.stdout).toBe('');
});

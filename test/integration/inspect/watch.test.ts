import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EndSignal } from '../../../src/host.ts';
import { startTestCluster } from '../../support/cluster.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../../support/run-main.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  await redis.call('FLUSHALL');
  await redis.call('CONFIG', 'SET', 'notify-keyspace-events', '');
});

/** A watch under way. */
interface Watch {
  /** Waits until its output matches. */
  readonly shows: (text: string | RegExp) => Promise<void>;
  /** Ends it as Ctrl-C does. */
  readonly end: (signal?: EndSignal) => Promise<RunResult>;
}

function watch(argv: readonly string[], options: RunOptions = {}, url = redis.url): Watch {
  let stdout = '';
  let send: (signal: EndSignal) => void = () => undefined;
  const run = runMain(['inspect', '--watch', '--url', url, ...argv], {
    ...options,
    onStdout: (text) => (stdout = text),
    onStart: (sender) => (send = sender),
  });
  return {
    shows: (text) => until(() => (typeof text === 'string' ? stdout.includes(text) : text.test(stdout))),
    end: (signal = 'SIGINT') => {
      send(signal);
      return run;
    },
  };
}

const lines = (result: RunResult): readonly string[] =>
  result.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}/, ''));

test.each([
  ['asked for', '', '--interval=100ms'],
  ['announced by the server', 'KEA', '--interval=10m'],
])('prints a line for each change, %s', async (_how, events, interval) => {
  await redis.call('CONFIG', 'SET', 'notify-keyspace-events', events);
  const announced = (names: string): string => (events === 'KEA' ? ` (${names})` : '');
  const watching = watch(['a', interval]);
  await watching.shows('a  is not there');
  await redis.call('SET', 'a', 'one');
  await watching.shows('created');
  await redis.call('SET', 'a', 'two');
  await watching.shows('new value');
  // 25 hours, and for the next half an hour about as much.
  await redis.call('EXPIRE', 'a', 90_000);
  await watching.shows('new TTL');
  await redis.call('DEL', 'a');
  await watching.shows('removed');
  await redis.call('RPUSH', 'a', 'x', 'y');
  await watching.shows('created: list');
  await redis.call('PEXPIRE', 'a', 1);
  await watching.shows(/created: list[^]*(expired|removed)/);
  const result = await watching.end();
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const printed = lines(result);
  expect(printed.slice(0, 6)).toEqual([
    'a  is not there',
    `a  created: string, 3 B, no TTL${announced('set')}`,
    `a  new value: string, 3 B, no TTL${announced('set')}`,
    expect.stringMatching(/^a {2}new TTL: string, 3 B, TTL 1d 1h( \(expire\))?$/),
    `a  removed${announced('del')}`,
    `a  created: list, 2 items, no TTL${announced('rpush')}`,
  ]);
});

test('prints a record for each change with -o ndjson, and nothing where nothing changes', async () => {
  await redis.call('SET', 'a', '{"n":1}', 'EX', 1_000);
  const watching = watch(['a', 'b', '-o', 'ndjson', '--interval', '100ms']);
  await watching.shows(/\n.*\n/);
  await redis.call('SET', 'b', 'new');
  await watching.shows('"changes":["created"]');
  const result = await watching.end('SIGTERM');
  expect(result.code).toBe(0);
  const records = result.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(records).toHaveLength(3);
  expect(records[0]).toMatchObject({ key: 'a', changes: ['seen'], exists: true, value: { data: { n: 1 } } });
  expect(records[1]).toMatchObject({ key: 'b', changes: ['seen'], exists: false });
  expect(records[2]).toMatchObject({ key: 'b', changes: ['created'], events: [], value: { data: 'new' } });
  expect(Date.parse(String(records[2]?.['at']))).toBeGreaterThan(Date.parse(String(records[0]?.['at'])));
});

test('notices a key that turns up at another place of a layout with several', async () => {
  const watching = watch([
    'a',
    '--layout',
    'django:prefix=shop,prefix=blog',
    '--interval',
    '100ms',
    '-o',
    'ndjson',
  ]);
  await watching.shows('"exists":false');
  await redis.call('SET', 'blog:1:a', 'x');
  await watching.shows('"physical_key":"blog:1:a"');
  expect((await watching.end()).code).toBe(0);
});

test('asks hardly anything while the server announces every change', async () => {
  await redis.call('CONFIG', 'SET', 'notify-keyspace-events', 'KA');
  await redis.call('SET', 'a', 'x');
  const watching = watch(['a', '--interval', '100ms']);
  await watching.shows('is there');
  await redis.call('CONFIG', 'RESETSTAT');
  await redis.call('SET', 'other', 'x');
  await redis.call('APPEND', 'a', 'y');
  await watching.shows('(append)');
  await watching.end();
  const stats = String(await redis.call('INFO', 'commandstats'));
  expect(/cmdstat_getrange:calls=(\d+)/.exec(stats)?.[1]).toBe('1');
});

/** How many clients listen to announcements just now. */
async function listeners(): Promise<number> {
  return String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).match(/^id=/gm)?.length ?? 0;
}

test('opens the connection for announcements again when it is lost, says so, and misses nothing', async () => {
  await redis.call('CONFIG', 'SET', 'notify-keyspace-events', 'KA');
  const watching = watch(['a', '--interval', '1h']);
  await watching.shows('is not there');
  expect(await listeners()).toBe(1);
  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await redis.call('SET', 'a', 'x');
  await watching.shows('a  created: string, 1 B');
  await until(async () => (await listeners()) === 1);
  await redis.call('APPEND', 'a', 'y');
  await watching.shows('(append)');
  const result = await watching.end();
  expect(result.code).toBe(0);
  expect(result.stderr).toMatch(
    /^warning: the connection for announcements was lost, and is open again \(127\.0\.0\.1:\d+: .+\)\n$/,
  );
});

test('asks instead where announcements cannot be had again, and says so', async () => {
  await redis.call('CONFIG', 'SET', 'notify-keyspace-events', 'KA');
  await redis.call('ACL', 'SETUSER', 'watcher', 'on', '>secret', '~*', '&*', '+@all');
  const watching = watch(['a', '--interval', '100ms'], {}, redis.url.replace('//', '//watcher:secret@'));
  await watching.shows('is not there');
  // From now on the user may not listen, which ends the connections that do.
  await redis.call('ACL', 'SETUSER', 'watcher', '-subscribe');
  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await until(async () => (await listeners()) === 0);
  await redis.call('SET', 'a', 'x');
  await watching.shows('a  created: string, 1 B');
  await redis.call('APPEND', 'a', 'y');
  await watching.shows('new value: string, 2 B');
  const result = await watching.end();
  expect(result.code).toBe(0);
  expect(result.stderr).toMatch(
    /^warning: changes are not announced any more, asking every 100 ms \(127\.0\.0\.1:\d+: .+\)\n$/m,
  );
});

test('a user who may neither ask for the setting nor listen still sees the changes', async () => {
  await redis.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@all', '-config', '-subscribe');
  const watching = watch(['a', '--interval', '100ms'], {}, redis.url.replace('//', '//reader:secret@'));
  await watching.shows('is not there');
  await redis.call('SET', 'a', 'x');
  await watching.shows('created');
  expect((await watching.end()).code).toBe(0);
});

test('is drawn on a terminal, and leaves what it showed last', async () => {
  await redis.call('SET', 'a', 'first', 'EX', 100);
  const watching = watch(['a', '--interval', '100ms'], { columns: 60 });
  await watching.shows('1 key watched every 100 ms');
  await redis.call('SET', 'a', 'second');
  await watching.shows('new value, new TTL: string, 6 B, no TTL');
  const result = await watching.end();
  expect(result.code).toBe(0);
  expect(result.stdout).toContain('\x1b[?1049h');
  const after = result.stdout.slice(result.stdout.lastIndexOf('\x1b[?1049l') + '\x1b[?1049l'.length);
  expect(after).toMatch(/^key +a\n[^]*TTL +none, never expires\n[^]*value +second\n$/);
});

test('follows keys on every primary of a cluster, by events', async () => {
  const cluster = await startTestCluster();
  try {
    for (const { node } of cluster.primaries)
      await node.call('CONFIG', 'SET', 'notify-keyspace-events', 'KA');
    const keys = ['a', 'b', 'c', 'd'];
    const watching = watch([...keys, '--interval', '1h'], {}, cluster.url);
    await watching.shows('d  is not there');
    for (const key of keys) {
      const [share] = await cluster.client.nodesFor([Buffer.from(key)]);
      await share?.node.call('SET', key, 'x');
      await watching.shows(`${key}  created: string, 1 B, no TTL (set)`);
    }
    expect((await watching.end()).code).toBe(0);
  } finally {
    await cluster.stop();
  }
});

test.each([
  [['--json'], '--watch has no end, and so no single JSON document'],
  [['--raw-value'], '--raw-value and --watch contradict each other'],
  [['--interval', '1ms'], '--interval goes from 100ms to 1h'],
])('refuses %j', async (argv, message) => {
  const run = await runMain(['inspect', 'a', '--watch', '--url', redis.url, ...argv]);
  expect(run.code).toBe(2);
  expect(run.stderr + run.stdout).toContain(message);
});

test('--interval without --watch is a mistake', async () => {
  const run = await runMain(['inspect', 'a', '--interval', '1s', '--url', redis.url]);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain('--interval says how often --watch looks');
});

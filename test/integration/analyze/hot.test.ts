import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import schema from '../../../docs/schemas/analyze.v1.schema.json' with { type: 'json' };
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
  for (let id = 10; id < 60; id++) {
    await redis.call('SET', `user:${id}`, 'x'.repeat(100));
    await redis.call('SET', `page:${id}`, 'x'.repeat(100));
  }
});
afterAll(() => redis.stop());

/** Waits until somebody listens, then reads and writes known keys. */
async function use(): Promise<void> {
  await until(async () => String(await redis.call('CLIENT', 'LIST')).includes('cmd=monitor'));
  // Once it counts: its mark is behind MONITOR in the stream.
  await until(async () => /cmdstat_exec:calls=1,/.test(String(await redis.call('INFO', 'commandstats'))));
  const commands = Array.from({ length: 600 }, () => ['GET', 'user:10'] as const);
  await redis.node.pipeline([
    ...commands,
    ...Array.from({ length: 500 }, (_, index) => ['GET', `user:${11 + (index % 40)}`] as const),
    ...Array.from({ length: 30 }, () => ['SET', 'page:10', 'y'.repeat(100)] as const),
    // Enough to end it, however often it was asked whether it listens.
    ...Array.from({ length: 1_000 }, () => ['PING'] as const),
  ]);
}

test('names what is read and written most while it listens, and what is not read at all', async () => {
  const argv = ['analyze', '--hot', '30s', '--max-events', '2000', '--advise', '--json', '--url', redis.url];
  const [run] = await Promise.all([runMain(argv), use()]);
  expect(run).toMatchObject({ code: 0 });
  expect(run.stderr).toMatch(/^listening to .* with MONITOR for 30 s or 2,000 commands/);
  const report = JSON.parse(run.stdout) as {
    readonly hot: Readonly<Record<string, unknown>>;
    readonly findings: readonly { readonly code: string; readonly subject: string | null }[];
  };
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  expect(report.hot).toMatchObject({
    writes: 30,
    written_keys: [{ key: 'page:10', count: 30 }],
    counts_may_miss: 0,
  });
  expect(report.hot['read_patterns']).toMatchObject([{ name: 'user:{n}', count: 1_100 }]);
  expect((report.hot['read_keys'] as readonly unknown[])[0]).toEqual({ key: 'user:10', count: 600 });
  const unread = report.findings.filter(({ code }) => code === 'pattern.unread');
  expect(unread).toMatchObject([{ subject: 'page:{n}' }]);
}, 60_000);

test.each(['allkeys-lfu', 'volatile-lfu'])(
  'asks a server whose policy is %s for its own counters, and listens to nobody',
  async (policy) => {
    const lfu = await startTestRedis(['--maxmemory-policy', policy, '--lfu-decay-time', '0']);
    onTestFinished(() => lfu.stop());
    for (let id = 10; id < 40; id++) {
      await lfu.call('SET', `user:${id}`, 'x');
      await lfu.call('SET', `page:${id}`, 'x'.repeat(100));
    }
    await lfu.node.pipeline([
      ...Array.from({ length: 3_000 }, () => ['GET', 'user:10'] as const),
      ...Array.from({ length: 300 }, () => ['GET', 'page:20'] as const),
    ]);
    const counter = Number(await lfu.call('OBJECT', 'FREQ', 'user:10'));
    const run = await runMain(['analyze', '--hot', '--json', '--url', lfu.url]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const report = JSON.parse(run.stdout) as { readonly frequency: { readonly uses: number } };
    const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(report).toMatchObject({
      hot: null,
      frequency: {
        patterns: [
          { name: 'user:{n}', keys: 30 },
          { name: 'page:{n}', keys: 30 },
        ],
        keys: [{ key: 'user:10', counter }, { key: 'page:20' }],
      },
    });
    // The counter has gone up by chance.
    expect(report.frequency.uses).toBeGreaterThan(500);
    expect(report.frequency.uses).toBeLessThan(30_000);
    const { stdout } = await runMain(['analyze', '--hot', '--sample', '40', '--url', lfu.url]);
    expect(stdout).toMatch(/^Most used patterns, by the LFU counters$/m);
    // It is no use itself, but of the biggest keys, which are asked for their length. Any use would show, and not only
    // by chance.
    await lfu.call('CONFIG', 'SET', 'lfu-log-factor', 0);
    const untouched = await lfu.call('OBJECT', 'FREQ', 'user:10');
    await runMain(['analyze', '--hot', '--url', lfu.url]);
    expect(await lfu.call('OBJECT', 'FREQ', 'user:10')).toBe(untouched);
  },
);

test('says so where the policy counts nothing, and there is nothing to listen for', async () => {
  const run = await runMain(['analyze', '--hot', '--url', redis.url]);
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(
    /does not count how often keys are used: its policy is noeviction\n.*--hot 10s/s,
  );
});

test('asks for consent on nothing it was not told to', async () => {
  expect((await runMain(['analyze', '--max-events', '5', '--url', redis.url])).code).toBe(2);
});

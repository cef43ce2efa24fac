import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { EndSignal } from '../../../src/host.ts';
import schema from '../../../docs/schemas/analyze.v1.schema.json' with { type: 'json' };
import { fillMixed } from '../../bench/fill-mixed.ts';
import { startTestCluster, type TestCluster } from '../../support/cluster.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain, type RunOptions } from '../../support/run-main.ts';
import { startTestSentinels } from '../../support/sentinel.ts';
import { until } from '../../support/until.ts';
import { truthOf, type Truth } from './truth.ts';

interface Figures {
  readonly keys: number;
  readonly memory_bytes: number;
  readonly keys_without_ttl: number;
}
interface Report {
  readonly total: Figures;
  readonly patterns: readonly (Figures & { readonly name: string; readonly glob: string })[];
  readonly types: readonly (Figures & { readonly type: string })[];
  readonly ttl: readonly (Figures & { readonly name: string })[];
  readonly biggest: readonly { readonly key: string; readonly length: number }[];
  readonly longest: readonly { readonly key: string; readonly length: number }[];
  readonly tree: { readonly children: readonly (Figures & { readonly name: string })[] };
  readonly [field: string]: unknown;
}

const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

async function analyze(url: string, ...argv: readonly string[]): Promise<Report> {
  const run = await runMain(['analyze', '--json', '--url', url, ...argv]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const report = JSON.parse(run.stdout) as Report;
  validate(report);
  expect(validate.errors ?? []).toEqual([]);
  return report;
}

const figures = ({ keys, memory_bytes, keys_without_ttl }: Figures): Figures => ({
  keys,
  memory_bytes,
  keys_without_ttl,
});
const byName = <Item extends Figures>(items: readonly Item[], name: (item: Item) => string) =>
  Object.fromEntries(items.map((item) => [name(item), figures(item)]));

function expectTruth(report: Report, truth: Truth): void {
  expect(figures(report.total)).toEqual(truth.total);
  expect(byName(report.patterns, ({ name }) => name)).toEqual(truth.patterns);
  expect(byName(report.types, ({ type }) => type)).toEqual(truth.types);
  expect(report.ttl.find(({ name }) => name === 'none')?.keys).toBe(truth.total.keys_without_ttl);
  expect(report.ttl.reduce((sum, { keys }) => sum + keys, 0)).toBe(truth.total.keys);
  expect(report.biggest.map(({ key }) => key).slice(0, 2)).toEqual(['big:list', 'page:/big']);
  expect(report.biggest.slice(0, 2).map(({ length }) => length)).toEqual([2_000, 9_000]);
  expect(report.longest.slice(0, 2)).toMatchObject([
    { key: 'big:list', length: 2_000 },
    { key: 'big:set', length: 300 },
  ]);
}

/** Ordinary keys, big ones, and one of each that is hard. */
async function fill(call: TestRedis['call'], upTo: number): Promise<void> {
  await fillMixed({ call }, 0, upTo);
  await addOdd(call);
}

async function addOdd(call: TestRedis['call']): Promise<void> {
  await call('RPUSH', 'big:list', ...Array.from({ length: 2_000 }, (_, index) => `element ${index}`));
  await call('SADD', 'big:set', ...Array.from({ length: 300 }, (_, index) => index));
  await call('SET', 'page:/big', 'x'.repeat(9_000));
  await call('XADD', 'events', '*', 'a', 'b');
  await call('SET', Buffer.from('bin:\xff\x1f\x00', 'latin1'), 'x');
  await call('SET', '', 'empty');
}

describe('a single server', () => {
  let redis: TestRedis;
  let truth: Truth;
  beforeAll(async () => {
    redis = await startTestRedis();
    await fill(redis.call, 4_000);
    truth = await truthOf([redis.node]);
  });
  afterAll(() => redis.stop());
  const run = (argv: readonly string[], options: RunOptions = {}) =>
    runMain(['analyze', '--url', redis.url, ...argv], options);

  test('counts keys and memory by pattern and type exactly', async () => {
    expectTruth(await analyze(redis.url, '--samples', '0'), truth);
  });

  test('sums patterns up to prefixes, as deep as was asked for', async () => {
    const { tree } = await analyze(redis.url, '--samples', '0', '--depth', '1', '--separator', ':');
    const children = byName(tree.children, ({ name }) => name);
    expect(children['user:']).toEqual(truth.patterns['user:{n}:dashboard']);
    expect(children['big:']?.keys).toBe(2);
    expect(tree.children.reduce((sum, { keys }) => sum + keys, 0)).toBe(truth.total.keys);
  });

  test('narrows to patterns, and every pattern it names finds its keys again', async () => {
    const all = await analyze(redis.url);
    const some = await analyze(redis.url, '--pattern', 'user:*', '--pattern', 'c*', '--exclude', 'cart:*0');
    expect(some.total.keys).toBe(1_200 + 560 - 40);
    for (const { name, glob, keys } of all.patterns) {
      if (glob === undefined) continue;
      const again = await analyze(redis.url, '--pattern', glob === '' ? '[]' : glob);
      if (glob !== '') expect(again.patterns.find((pattern) => pattern.name === name)?.keys).toBe(keys);
    }
  });

  test('shows people the same, in a pipe and on terminals of any width', async () => {
    const piped = await run([]);
    expect(piped).toMatchObject({ code: 0, stderr: '' });
    expect(piped.stdout).toMatch(/^keys +4,006, .* of memory, 12\.1% without TTL$/m);
    expect(piped.stdout).toMatch(/^user:\{n\}:dashboard +1,200 +30\.0% /m);
    expect(piped.stdout).toMatch(/^big:list +list +\S+ KB +2,000 elements +none$/m);
    expect(piped.stdout).not.toContain('\x1b');
    for (const columns of [60, 80, 200]) {
      for (const argv of [[], ['--sample', '50%', '--idle']]) {
        const { stdout } = await run(argv, { columns });
        expect(stdout).toContain('By pattern');
        const rows = stdout.split('\n').filter((line) => line.startsWith('│'));
        expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(columns);
      }
    }
    const tree = await run(['-o', 'tree']);
    expect(tree.stdout).toMatch(/^├─ user:\{n\}:dashboard +1,200 /m);
    expect(tree.stdout).toMatch(/^│ {2}├─ list +1 /m);
    const short = (await run(['-o', 'tree', '--top', '2', '--depth', '1'])).stdout;
    const counted = [...short.matchAll(/^[├└]─ .* ([\d,]+) +\S+ \S?B +\S+%$/gm)].map(([, keys]) =>
      Number(keys?.replaceAll(',', '')),
    );
    expect(short).toMatch(/^└─ other \(\d+\) /m);
    expect(counted).toHaveLength(3);
    expect(counted.reduce((sum, keys) => sum + keys, 0)).toBe(4_006);
    const foreign = (await run(['-o', 'tree', '--layout', 'plain:prefix=user:'])).stdout;
    const [, within, without] =
      /^\{n\}:dashboard +([\d,]+) [^]*^\(not of the layout\) +([\d,]+) /m.exec(foreign) ?? [];
    expect(Number(within?.replace(',', '')) + Number(without?.replace(',', ''))).toBe(4_006);
    expect((await run(['-o', 'markdown'])).stdout).toMatch(/^\| user:\{n\}:dashboard \| 1,200 \| 30\.0% \|/m);
    const [heading, total] = (await run(['-o', 'csv'])).stdout.split('\n');
    expect(heading).toMatch(/^section,name,keys,keys_low,/);
    expect(total).toMatch(/^total,,4006,,,/);
  });

  test('asks how long keys were not used only where that is wanted', async () => {
    await redis.call('CONFIG', 'RESETSTAT');
    const { idle } = await analyze(redis.url);
    expect(idle).toBeNull();
    expect(String(await redis.call('INFO', 'commandstats'))).not.toContain('idletime');
    const keys = (await redis.call('KEYS', '*')) as readonly Buffer[];
    await redis.call('TOUCH', ...keys);
    const asked = await analyze(redis.url, '--idle');
    expect(asked['idle']).toMatchObject([{ name: 'under 1m', keys: truth.total.keys }]);
  });

  test('reads without using any key, and writes nothing', async () => {
    await redis.call('CONFIG', 'RESETSTAT');
    await analyze(redis.url);
    const stats = String(await redis.call('INFO', 'commandstats'));
    const used = [...stats.matchAll(/cmdstat_([^:]+):/g)].map(([, name]) => name).sort();
    const allowed =
      /^(type|pttl|memory\|usage|scan|[shlz]?(len|card)|strlen|xlen|dbsize|info|hello|ping|client\|.*|auth|select|config\|.*)$/;
    expect(used.filter((name) => !allowed.test(name ?? ''))).toEqual([]);
    expect(stats).toMatch(/cmdstat_pttl:calls=4006,/);
  });

  test('goes no faster than --rate', async () => {
    const startedAt = performance.now();
    await analyze(redis.url, '--rate', '10000/s');
    expect(performance.now() - startedAt).toBeGreaterThan(250);
  });

  test('shows logical keys where there is a layout, and counts others apart', async () => {
    const report = await analyze(redis.url, '--layout', 'plain:prefix=user:');
    expect(byName(report.patterns, ({ name }) => name)).toEqual({
      '{n}:dashboard': (await analyze(redis.url)).patterns.map(figures)[0],
    });
    expect(report['not_of_the_layout']).toMatchObject({ keys: truth.total.keys - 1_200 });
    expect((await run(['--layout', 'plain:prefix=user:'])).stdout).toMatch(/^not of the layout +2,806 /m);
  });

  test('goes on without what the server refuses, and says so', async () => {
    await redis.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@all', '-memory|usage');
    const url = redis.url.replace('redis://', 'redis://reader:pw@');
    const { code, stdout, stderr } = await runMain(['analyze', '--json', '--url', url]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: memory is unknown: .*NOPERM/m);
    const report = JSON.parse(stdout) as Report;
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(report.total).toMatchObject({ keys: truth.total.keys, memory_bytes: null });
    expect(report['not_answered']).toMatchObject([{ question: 'memory' }]);
    await redis.call('ACL', 'SETUSER', 'reader', '-scan');
    expect((await runMain(['analyze', '--url', url])).code).toBe(4);
  });

  test('refuses what makes no sense', async () => {
    for (const argv of [
      ['--sample', '0%'],
      ['--sample', 'some'],
      ['--depth', '0'],
      ['--separator', 'a'],
      ['--rate', 'fast'],
    ])
      expect((await run(argv)).code, argv.join(' ')).toBe(2);
  });

  test('says that there is nothing in an empty database', async () => {
    const { code, stdout } = await runMain(['analyze', '--url', `${redis.url}/3`]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^found +no keys$/m);
    expect(stdout).toMatch(/^keys +0$/m);
  });

  test('shows the empty key in quotes, and a heading no wider than the terminal', async () => {
    const { stdout } = await run(['--sample', '50%', '--top', '1000'], { columns: 60 });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    expect((await run(['--top', '1000'])).stdout).toMatch(/^"" +1 /m);
    expect((await run(['--top', '1000', '-o', 'tree'])).stdout).toMatch(/[├└]─ "" +1 /);
  });

  test('stops at Ctrl-C with what it has', async () => {
    await redis.call('CONFIG', 'RESETSTAT');
    let interrupt: (signal: EndSignal) => void = () => undefined;
    const running = run(['--json', '--rate', '2000/s'], { onStart: (send) => (interrupt = send) });
    await until(async () => String(await redis.call('INFO', 'commandstats')).includes('cmdstat_pttl'));
    interrupt('SIGINT');
    const { code, stdout } = await running;
    expect(code).toBe(130);
    const report = JSON.parse(stdout) as Report;
    expect(report['interrupted']).toBe(true);
    expect(report.total.keys).toBeLessThan(4_000);
  });
});

describe('a cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ replicas: 1 });
    const call: TestRedis['call'] = async (...command) => {
      const [, key = ''] = command;
      const [share] = await cluster.client.nodesFor([Buffer.isBuffer(key) ? key : Buffer.from(String(key))]);
      return (await share?.node.call(...command)) ?? null;
    };
    for (let id = 0; id < 600; id++) await call('SET', `user:${id}:dashboard`, 'x'.repeat(id), 'EX', 5_000);
    for (let id = 0; id < 200; id++) await call('SET', `flag:${id}`, '1');
    await addOdd(call);
    await cluster.replicated();
  });
  afterAll(() => cluster.stop());

  test('is read primary by primary, and summed up', async () => {
    const truth = await truthOf(cluster.primaries.map(({ node }) => node));
    expectTruth(await analyze(cluster.url, '--samples', '0'), truth);
  });

  test('is read from its replicas where that is wanted', async () => {
    await Promise.all(cluster.primaries.map(({ node }) => node.call('CONFIG', 'RESETSTAT')));
    const report = await analyze(cluster.url, '--read-from', 'replica');
    expect(report.total.keys).toBe(806);
    for (const { node } of cluster.primaries)
      expect(String(await node.call('INFO', 'commandstats'))).not.toMatch(/cmdstat_(scan|pttl)/);
  });
});

test('behind Sentinels, a replica is read where that is wanted', async () => {
  const sentinels = await startTestSentinels();
  onTestFinished(() => sentinels.stop());
  const { primary, replica, url } = sentinels;
  for (let id = 0; id < 50; id++) await primary.call('SET', `user:${id}`, 'x', 'EX', 5_000);
  await primary.call('WAIT', 1, 0);
  // Sentinels that have only just heard of a replica take it for unreachable for a moment.
  await until(async () => {
    await analyze(url, '--read-from', 'replica');
    return /cmdstat_pttl/.test(String(await replica.call('INFO', 'commandstats')));
  });
  await primary.call('CONFIG', 'RESETSTAT');
  const report = await analyze(url, '--read-from', 'replica');
  expect(report.total).toMatchObject({ keys: 50, keys_without_ttl: 0 });
  expect(String(await primary.call('INFO', 'commandstats'))).not.toMatch(/cmdstat_(scan|pttl|strlen)/);
});

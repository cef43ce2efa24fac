import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startPython, type AskPython } from '../support/python.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';

let redis: TestRedis;
let ask: AskPython;
beforeAll(async () => {
  ask = await startPython(['python3-prometheus-client']);
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  await redis.call('FLUSHALL');
  await redis.call('CONFIG', 'RESETSTAT');
  const nasty = Buffer.from('a,"b"\n<&>\x1b[31m\xff:1', 'latin1');
  await redis.node.pipeline([
    ['SET', nasty, 'x'],
    ['SET', 'user:1', 'x', 'EX', 100],
    ['GET', 'user:1'],
    ['GET', 'user:2'],
  ]);
});

const BY_PREFIX = ['--by-prefix', '--only', 'keys'];
const ASSERTIONS = [
  '--assert',
  'keys >= 1',
  '--assert',
  'user.keys == 7',
  '--assert',
  '"no <&> group".keys > 1',
];

async function output(...argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runMain(['stats', '--url', redis.url, ...argv]);
  expect(stderr).toBe('');
  return stdout;
}

test('an XML parser reads the JUnit report, and counts as it says', async () => {
  const report = await ask(
    `import xml.etree.ElementTree as tree
suite = tree.parse(sys.stdin).getroot().find('testsuite')
cases = [[c.get('classname'), c.get('name'), [e.tag for e in c], [e.text for e in c]] for c in suite.iter('testcase')]
print(json.dumps({'counts': [suite.get(n) for n in ('tests', 'failures', 'errors', 'skipped')], 'cases': cases}))`,
    await output('-o', 'junit', ...BY_PREFIX, ...ASSERTIONS),
  );
  expect(report).toEqual({
    counts: ['3', '2', '0', '0'],
    cases: [
      ['cachectl.stats', 'keys >= 1', ['system-out'], ['measured 2']],
      ['cachectl.stats', 'user.keys == 7', ['failure'], ['user.keys == 7: measured 1']],
      [
        'cachectl.stats',
        '"no <&> group".keys > 1',
        ['failure'],
        ['"no <&> group".keys > 1: measured no data (no key of "no <&> group" was seen)'],
      ],
    ],
  });
});

test('the parser of Prometheus’ own client reads the text format, under the names of redis_exporter', async () => {
  const text = await output('-o', 'prometheus', ...BY_PREFIX, ...ASSERTIONS);
  const families = (await ask(
    `from prometheus_client.parser import text_string_to_metric_families as parse
print(json.dumps({f.name: [f.type, f.documentation, [[s.name, s.labels, s.value] for s in f.samples]] for f in parse(sys.stdin.read())}))`,
    text,
  )) as Readonly<Record<string, readonly [type: string, help: string, samples: readonly unknown[]]>>;
  const addr = `127.0.0.1:${redis.port}`;
  expect(families['redis_keyspace_hits']?.[2]).toEqual([['redis_keyspace_hits_total', { addr }, 1]]);
  expect(families['redis_db_keys']?.[2]).toEqual([['redis_db_keys', { addr, db: 'db0' }, 2]]);
  expect(families['redis_db_keys_expiring']?.[2]).toEqual([
    ['redis_db_keys_expiring', { addr, db: 'db0' }, 1],
  ]);
  expect(families['redis_up']?.[2]).toEqual([['redis_up', { addr }, 1]]);
  expect(families['cachectl_hit_ratio']?.[2]).toEqual([
    ['cachectl_hit_ratio', { window: 'since_start' }, 0.5],
  ]);
  expect(families['cachectl_group_keys']?.[2]).toContainEqual(['cachectl_group_keys', { group: 'user' }, 1]);
  expect(families['cachectl_assertion_holds']?.[2]).toContainEqual([
    'cachectl_assertion_holds',
    { assertion: '"no <&> group".keys > 1' },
    0,
  ]);
  for (const [name, [type, help, samples]] of Object.entries(families)) {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(help).not.toBe('');
    expect(['counter', 'gauge']).toContain(type);
    expect(text.includes(`\n${name}_total{`)).toBe(type === 'counter');
    expect(new Set(samples.map((sample) => JSON.stringify(sample))).size).toBe(samples.length);
  }
  expect(text.match(/^# TYPE (\S+)/gm)?.length).toBe(Object.keys(families).length);
});

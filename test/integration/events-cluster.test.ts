import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndSignal } from '../../src/host.ts';
import { startTestCluster, type TestCluster } from '../support/cluster.ts';
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';
import { until } from '../support/until.ts';

let cluster: TestCluster;
let origin: TestOrigin;
let spec: SpecFolder;
beforeAll(async () => {
  cluster = await startTestCluster();
  spec = await createSpecFolder();
  origin = await startOrigin({ '*': answer('true') });
  await spec.write(`version: 1
connections: { default: { url: "${cluster.url}" } }
origin: { base_url: "${origin.url}" }
namespaces: { pages: {} }
scopes:
  items:
    entries: [{ key: "item:{n}", path: "/{n}", tags: ["item:{n}"], foreach: { from: range, start: 1, end: 30, as: n } }]
invalidation:
  changed: { clear: ["item:{n}:*"], tags: ["item:{n}"], bump: [pages], rewarm: { scope: items, where: "n == {n}" } }
  gone: { clear: ["part:*"] }
  release: { bump: [pages], rewarm: { scope: items } }
budgets: ["evicted == 0"]
`);
});
afterAll(() => Promise.all([cluster.stop(), origin.stop(), spec.remove()]));

const run = (...argv: readonly string[]) => runMain(argv, { cwd: spec.folder });

async function call(...command: readonly [string, ...string[]]): Promise<unknown> {
  const [share] = await cluster.client.nodesFor([Buffer.from(command[1] ?? '')]);
  return share?.node.call(...command);
}

const keysLike = async (pattern: RegExp): Promise<number> =>
  (await cluster.keys()).filter((key) => pattern.test(key)).length;

test('an event reaches the keys of every primary', async () => {
  expect(await run('warm', '--scope', 'items')).toMatchObject({ code: 0 });
  for (let n = 1; n <= 9; n++) await call('SET', `item:7:${n}`, 'x');
  const { code, stdout } = await run('invalidate', 'changed', '--data', 'n=7', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    actions: [
      { kind: 'clear', status: 'done', result: '10 keys removed' },
      { kind: 'bump', status: 'done', result: 'pages is 2' },
      { kind: 'rewarm', status: 'done', result: '1 target warm' },
    ],
  });
  expect(await keysLike(/^item:7:/)).toBe(0);
  expect(await keysLike(/^item:\d+$/)).toBe(30);
});

test('a deploy raises, warms and checks', async () => {
  const { code, stdout } = await run('deploy', 'release', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    actions: [
      { kind: 'bump', status: 'done', result: 'pages is 3' },
      { kind: 'rewarm', status: 'done', result: '30 targets warm' },
    ],
    checks: { assertions: [{ pass: true }] },
  });
});

test('a listener reads a stream wherever its slot is', async () => {
  for (let n = 1; n <= 20; n++) await call('SET', `part:${n}`, 'x');
  let send: (signal: EndSignal) => void = () => undefined;
  const listening = runMain(['listen', '--stream', 'events-of-a-slot', '--max-tries', '1', '--json'], {
    cwd: spec.folder,
    onStart: (signal) => (send = signal),
  });
  await call('XADD', 'events-of-a-slot', '*', 'event', 'gone');
  await call('XADD', 'events-of-a-slot', '*', 'event', 'unknown');
  await until(async () => (await keysLike(/^part:/)) === 0);
  // In another slot than the stream.
  await until(async () => (await call('XLEN', 'events-of-a-slot:dead')) === 1);
  send('SIGTERM');
  const { code, stdout } = await listening;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ events_handled: 1, events_dead_lettered: 1 });
});

test('verify compares entries wherever they are', async () => {
  await call('SET', 'item:3', 'false', 'EX', '600');
  const { code, stdout } = await run('verify', '--scope', 'items', '--fix', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ same: 29, different: 1, fixed: { warm: 1, failed: 0 } });
  expect(String(await call('GET', 'item:3'))).toBe('true');
});

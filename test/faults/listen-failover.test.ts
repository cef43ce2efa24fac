import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndSignal } from '../../src/host.ts';
import { failOver } from '../support/fail-over.ts';
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { connectTo } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { startTestSentinels, type TestSentinels } from '../support/sentinel.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';
import { until } from '../support/until.ts';

let watched: TestSentinels;
let front: TestOrigin;
let spec: SpecFolder;
beforeAll(async () => {
  watched = await startTestSentinels();
  front = await startOrigin({ '*': answer('purged') });
  spec = await createSpecFolder();
  await spec.write(`version: 1
connections: { default: { url: "${watched.url}" } }
invalidation: { changed: { clear: ["item:{n}"], http: [{ url: "${front.url}/{n}" }] } }
`);
});
afterAll(() => Promise.all([watched.stop(), front.stop(), spec.remove()]));

test('events that a replica has confirmed are carried out, whatever fails over meanwhile', async () => {
  let send: (signal: EndSignal) => void = () => undefined;
  const listening = runMain(
    ['listen', '--retry-after', '100ms', '--claim-after', '1s', '--max-tries', '100', '--json'],
    { cwd: spec.folder, onStart: (signal) => (send = signal) },
  );
  const client = await connectTo(watched.url);
  const [node] = await client.primaries();
  const confirmed: string[] = [];
  let isOver = false;
  const producing = (async () => {
    for (let n = 0; !isOver || confirmed.length < 50; n++) {
      // A primary that is on its way out may take an event, and lose it: that is what the confirmation is for.
      const replies = await node
        ?.pipeline([
          ['XADD', 'cache:events', '*', 'event', 'changed', 'n', String(n)],
          ['WAIT', 1, 500],
        ])
        .catch(() => undefined);
      if (typeof replies?.[0] !== 'number' && Number(replies?.[1]) >= 1) confirmed.push(String(n));
    }
  })();
  for (let failover = 0; failover < 2; failover++) {
    const before = front.requests.length;
    await until(() => front.requests.length > before + 5);
    await failOver(watched);
  }
  isOver = true;
  await producing;
  await until(() => {
    const done = new Set(front.requests.map(({ url }) => url.slice(1)));
    return confirmed.every((n) => done.has(n));
  }, 120_000);
  send('SIGTERM');
  const run = await listening;
  expect(run.code).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({ events_dead_lettered: 0 });
  await client.close();
}, 300_000);

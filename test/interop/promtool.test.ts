import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { EndSignal } from '../../src/host.ts';
import { freePort } from '../../src/local-server/start-redis.ts';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder } from '../support/spec-folder.ts';
import { until } from '../support/until.ts';

let redis: TestRedis;
beforeAll(async () => {
  await ensurePackages(['prometheus']);
  redis = await startTestRedis();
  const nasty = Buffer.from('a"b\\c\n\x1b[31m\xff:1', 'latin1');
  await redis.node.pipeline([
    ['SET', nasty, 'x'],
    ['SET', 'user:1', 'x', 'EX', 100],
    ['GET', 'user:1'],
    ['GET', 'user:2'],
  ]);
});
afterAll(() => redis.stop());

/** What Prometheus' own tool says of a text: its exit code, and what it found. */
async function promtool(text: string): Promise<{ readonly code: number; readonly said: string }> {
  const running = promisify(execFile)('promtool', ['check', 'metrics']);
  running.child.stdin?.end(text);
  const { stdout, stderr } = await running.catch(
    (error: Error & { readonly stdout: string; readonly stderr: string }) => error,
  );
  return { code: running.child.exitCode ?? -1, said: `${stdout}${stderr}` };
}

test('promtool would say so if something were wrong', async () => {
  expect((await promtool('# TYPE requests counter\nrequests 1\n')).code).toBe(3);
  expect((await promtool('requests{\n')).code).toBe(1);
});

test.each([
  [[]],
  [['--by-prefix', '--only', 'keys', '--assert', 'keys >= 1', '--assert', '"no \\ group".keys > 1']],
  [['--interval', '20ms', '--allow-no-data', '--assert', 'hit_rate >= 80']],
])('promtool finds nothing wrong with the metrics of stats %j', async (argv) => {
  const { stdout } = await runMain(['stats', '--url', redis.url, '-o', 'prometheus', ...argv]);
  expect(stdout).toMatch(/^redis_up\{/m);
  expect(await promtool(stdout)).toEqual({ code: 0, said: '' });
});

test('nor with those of listen', async () => {
  const spec = await createSpecFolder();
  onTestFinished(() => spec.remove());
  await spec.write(`version: 1
connections: { default: { url: "${redis.url}" } }
invalidation: { saved: { clear: ["user:{id}"] } }
`);
  const url = `http://127.0.0.1:${await freePort()}`;
  let send: (signal: EndSignal) => void = () => undefined;
  const run = runMain(['listen', '--http', new URL(url).host], {
    cwd: spec.folder,
    onStart: (signal) => (send = signal),
  });
  try {
    await until(() =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    await fetch(`${url}/events`, {
      method: 'POST',
      body: JSON.stringify({ event: 'saved', data: { id: 1 } }),
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('cachectl_listen_http_events_accepted_total 1\n');
    expect(await promtool(metrics)).toEqual({ code: 0, said: '' });
  } finally {
    send('SIGTERM');
    await run;
  }
});

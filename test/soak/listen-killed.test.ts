import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGuarded } from '../../src/local-server/guarded-process.ts';
import type { RedisClient, RedisReply } from '../../src/redis/types.ts';
import { deadPort } from '../support/dead-port.ts';
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { connectTo, serverPath } from '../support/redis.ts';
import { startBinary } from '../support/run-binary.ts';
import { until } from '../support/until.ts';

const KILLS = 100;
const LISTENERS = 2;

let folder: string;
let port: number;
let front: TestOrigin;
let client: RedisClient;
let server: Awaited<ReturnType<typeof startServer>>;
const listeners: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  // Nobody else's server takes it while this one's is down.
  port = await deadPort();
  front = await startOrigin({ '*': answer('purged') });
  await writeFile(
    path.join(folder, 'cachectl.yaml'),
    `version: 1
connections: { default: { url: "redis://127.0.0.1:${port}" } }
invalidation: { changed: { clear: ["item:{n}"], http: [{ url: "${front.url}/{n}" }] } }
`,
  );
  server = await startServer();
  client = await connectTo(`redis://127.0.0.1:${port}`);
});
afterAll(async () => {
  await Promise.all(listeners.map(kill));
  await client.close();
  await Promise.all([server.stop(), front.stop()]);
  await rm(folder, { recursive: true });
});

/** A server that has on disk what it has acknowledged. */
async function startServer() {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
  const started = await startGuarded([serverPath(), ...settings, ...durable], '');
  await started.waitForLine((line) => (/Ready to accept connections/i.test(line) ? line : undefined));
  return started;
}

function startListener(): ChildProcess {
  const child = startBinary(
    ['listen', '-q', '--retry-after', '100ms', '--claim-after', '500ms', '--max-tries', '1000'],
    { cwd: folder },
  );
  child.stdout.resume();
  child.stderr.resume();
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.kill('SIGKILL');
  await closed;
}

async function call(...command: readonly [string, ...string[]]): Promise<RedisReply> {
  const [primary] = await client.primaries();
  return primary?.call(...command) ?? null;
}

test(`of listeners and servers that are killed ${KILLS} times at random, no acknowledged event is lost`, async () => {
  for (let index = 0; index < LISTENERS; index++) listeners.push(startListener());
  let sent = 0;
  for (let kills = 0; kills < KILLS; kills++) {
    const before = front.requests.length;
    const events = Array.from({ length: 1 + Math.floor(Math.random() * 20) }, () => String(sent++));
    // Sent again by the connection where the server was killed before its answer: acknowledged in any case.
    const sending = Promise.all(
      events.map((n) => call('XADD', 'cache:events', '*', 'event', 'changed', 'n', n)),
    );
    // In the middle of the work more often than not.
    if (Math.random() < 0.8) await until(() => front.requests.length > before + Math.random() * 5);
    if (Math.random() < 0.3) {
      process.kill(server.pid, 'SIGKILL');
      await server.ended;
      server = await startServer();
    } else {
      const index = Math.floor(Math.random() * LISTENERS);
      const victim = listeners[index];
      if (victim !== undefined) await kill(victim);
      listeners[index] = startListener();
    }
    await sending;
  }
  const done = (): Set<string> => new Set(front.requests.map(({ url }) => url.slice(1)));
  await until(() => done().size === sent, 60_000);
  expect([...done()].sort()).toEqual(Array.from({ length: sent }, (_, n) => String(n)).sort());
  await until(async () => {
    const [pending] = (await call('XPENDING', 'cache:events', 'cachectl')) as [number];
    return pending === 0;
  }, 60_000);
  expect(await call('EXISTS', 'cache:events:dead')).toBe(0);
});

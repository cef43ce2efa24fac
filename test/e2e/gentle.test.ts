import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { startBinary } from '../support/run-binary.ts';
import { until } from '../support/until.ts';

const KEYS = 3_000;
/** Longer than any look takes. */
const HELD_MS = 600_000;
const LOW = os.constants.priority.PRIORITY_LOW;

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

async function fill(): Promise<void> {
  await redis.call('MSET', ...Array.from({ length: KEYS }, (_, id) => [`user:${id}`, 'value']).flat());
}

/** The priority of each of its threads, where the system has them, or of the whole. */
function priorities({ pid = 0 }: ChildProcess): readonly number[] {
  const threads = process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`).map(Number) : [pid];
  return [...new Set(threads.map((thread) => os.getPriority(thread)))];
}

/** Looks at a command in the middle of its work: its first write is held back until the look is over. */
async function atWork(line: readonly string[], look: (child: ChildProcess) => void): Promise<void> {
  await fill();
  await redis.call('CLIENT', 'PAUSE', HELD_MS, 'WRITE');
  const child = startBinary([...line, '--command-timeout', `${HELD_MS}ms`, '--url', redis.url]);
  const closed = once(child, 'close');
  child.stdout.resume();
  try {
    // `b` is a client that waits.
    await until(async () => /^id=.* flags=\S*b/m.test(String(await redis.call('CLIENT', 'LIST'))));
    look(child);
  } finally {
    await redis.call('CLIENT', 'UNPAUSE');
  }
  expect(await closed).toEqual([0, null]);
}

test.each([
  ['clear', '--pattern', 'user:*'],
  ['ttl', '--pattern', 'user:*', '--set', '1h'],
])('%s leaves the processor to a server on the same machine', async (...line) => {
  await atWork(line, (child) => expect(priorities(child)).toEqual([LOW]));
});

test('where others may wait, the priority stays as it was given', async () => {
  await atWork(['clear', '--pattern', 'user:*', '--max-latency', 'off'], (child) =>
    expect(priorities(child)).toEqual([os.getPriority()]),
  );
});

test('a command that is about few keys goes at the priority that it was given', async () => {
  const child = startBinary(['inspect', 'user:1', '--watch', '--url', redis.url]);
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  expect(priorities(child)).toEqual([os.getPriority()]);
  child.kill('SIGINT');
  await closed;
});

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary } from '../support/run-binary.ts';

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => Promise.all([redis.stop(), rm(folder, { recursive: true })]));

test('what does not fit on the disk is not removed, and what was removed can be restored', async () => {
  const names = Array.from({ length: 3_000 }, (_, i) => `user:${i}`);
  // Random, so that a backup cannot make it smaller.
  const value = randomBytes(200);
  await redis.node.pipeline(names.map((name, i) => ['SET', name, Buffer.concat([value, Buffer.from([i])])]));
  await redis.node.pipeline(names.map((name) => ['APPEND', name, randomBytes(100)]));
  const backup = path.join(folder, 'users.bak');
  const at = { env: { CACHECTL_URL: redis.url } };
  const cleared = await runBinary(['clear', '--pattern', 'user:*', '--backup', backup, '--json'], {
    ...at,
    fileBlocks: 600,
  });
  expect(cleared.code).toBe(5);
  expect(cleared.stderr).toContain(`error: the backup ${backup} cannot be written: EFBIG`);
  expect(cleared.stderr).toContain('hint: what is not in it was not removed\n');
  const { removed, backed_up: backedUp } = JSON.parse(cleared.stdout) as Record<string, number>;
  const left = await redis.keys();
  expect(left.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(names.length);
  expect({ removed, backedUp }).toEqual({
    removed: names.length - left.length,
    backedUp: names.length - left.length,
  });
  const restored = await runBinary(['restore', backup, '--json'], at);
  expect(restored.code).toBe(5);
  expect(JSON.parse(restored.stdout)).toMatchObject({ restored: removed });
  expect(await redis.keys()).toEqual([...names].sort());
});

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { BINARY, runBinary } from '../support/run-binary.ts';

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => Promise.all([redis.stop(), rm(folder, { recursive: true })]));

test('a plan that does not fit on the disk is none, and a line of the audit trail is told', async () => {
  await redis.node.pipeline(Array.from({ length: 100 }, (_, i) => ['SET', `user:${i}`, 'v']));
  const at = { env: { CACHECTL_URL: redis.url }, fileBlocks: 1 };
  const plan = path.join(folder, 'users.plan');
  const planned = await runBinary(['clear', '--pattern', 'user:*', '--plan', plan], at);
  expect(planned).toMatchObject({ code: 2, stdout: '' });
  expect(planned.stderr).toContain(`error: the plan ${plan} cannot be written: EFBIG`);
  expect(await readdir(folder)).toEqual([]);

  const audit = path.join(folder, 'audit.jsonl');
  await writeFile(audit, 'x'.repeat(511) + '\n');
  for (const [line, done] of [
    [['ttl', 'user:1', '--set', '5m'], 'Changed 1 key'],
    [['clear', 'user:1'], 'Removed 1 key'],
  ] as const) {
    const { code, stdout, stderr } = await runBinary([...line, '--audit', audit], at);
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: expect.stringContaining(`error: the audit trail ${audit} cannot be written: EFBIG`) as string,
    });
    expect(stdout).toContain(done);
  }
  await redis.call('FLUSHALL');
});

test('an output that does not fit on the disk is told, and nothing is complete that is not', async () => {
  await redis.node.pipeline(Array.from({ length: 30_000 }, (_, i) => ['SET', `key:${i}`, 'v']));
  const line = `"$0" "$1" "$2" "$3" "$4" >/dev/full`;
  const full = (...args: readonly string[]) =>
    new Promise<{ readonly code: number | null; readonly stderr: string }>((resolve) => {
      const child = spawn('/bin/sh', ['-c', line, process.execPath, BINARY, ...args], {
        env: { PATH: process.env['PATH'] ?? '', CACHECTL_URL: redis.url },
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.on('close', (code) => resolve({ code, stderr }));
    });
  const stderr = 'error: the output is not complete, stdout cannot be written: no space left on the device\n';
  for (const args of [
    ['keys', '--limit', '5'],
    ['keys', '-o', 'json'],
    ['stats', '-o', 'json'],
  ])
    expect(await full(...args)).toEqual({ code: 5, stderr });
  await redis.call('FLUSHALL');
});

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

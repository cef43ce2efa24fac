import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CHECKS } from '../../src/doctor/check.ts';
import { readFacts } from '../../src/doctor/facts.ts';
import { startTestCluster } from '../support/cluster.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions } from '../support/run-main.ts';

interface Report {
  readonly failed: number;
  readonly checks: readonly { readonly name: string; readonly status: string; readonly message: string }[];
}

const schema = JSON.parse(
  readFileSync(new URL('../../docs/schemas/doctor.v1.schema.json', import.meta.url), 'utf8'),
) as object;
const isReport = new Ajv2020.default({ strict: false }).compile(schema);

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => Promise.all([redis.stop(), rm(folder, { recursive: true })]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  await redis.call('CONFIG', 'SET', 'maxmemory', '0');
});

async function doctor(argv: readonly string[], options: RunOptions = {}) {
  const run = await runMain(['doctor', '--json', ...argv], { cwd: folder, ...options });
  const report = JSON.parse(run.stdout) as Report;
  expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
  const status = Object.fromEntries(report.checks.map((check) => [check.name, check.status]));
  const message = Object.fromEntries(report.checks.map((check) => [check.name, check.message]));
  return { code: run.code, stderr: run.stderr, report, status, message };
}

test('makes every check, and leaves nothing behind', async () => {
  const { code, status, report } = await doctor(['--url', redis.url]);
  expect(report.checks.map(({ name }) => name).sort()).toEqual(Object.keys(CHECKS).sort());
  expect(status).toMatchObject({
    connection: 'passed',
    permissions: 'passed',
    'set and get': 'passed',
    clock: 'passed',
    memory: 'warning',
    'spec file': 'warning',
    origin: 'skipped',
  });
  expect(code).toBe(0);
  expect(await redis.keys()).toEqual([]);
});

test('exits 6 for warnings where they are wanted to be mended', async () => {
  expect((await doctor(['--url', redis.url, '--strict'])).code).toBe(6);
});

test('writes nothing at all where nothing may be written', async () => {
  await redis.call('CONFIG', 'RESETSTAT');
  const { status } = await doctor(['--url', redis.url], { env: { CACHECTL_ENABLED: 'false' } });
  expect(status['set and get']).toBe('skipped');
  // What a permission is tried with sets only a key that exists, and there is none.
  expect(await redis.keys()).toEqual([]);
});

test('takes a Redis that is not there for a finding', async () => {
  const { code, status, message, stderr } = await doctor([
    '--url',
    'redis://127.0.0.1:1/0',
    '--connect-retries',
    '0',
  ]);
  expect({ code, stderr }).toEqual({ code: 6, stderr: '' });
  expect(status).toMatchObject({ connection: 'failed', memory: 'skipped', program: 'passed' });
  expect(message['connection']).toContain('refused the connection');
});

test('goes on where the spec file is wrong, and says so', async () => {
  await writeFile(path.join(folder, 'wrong.yaml'), 'version: 1\nscopess: {}\n');
  const { code, status, message } = await doctor([
    '--url',
    redis.url,
    '--config',
    path.join(folder, 'wrong.yaml'),
  ]);
  expect(code).toBe(6);
  expect(status).toMatchObject({ connection: 'passed', 'spec file': 'failed' });
  expect(message['spec file']).toContain('wrong.yaml:2:1');
});

test('finds what is about to become an outage', async () => {
  await redis.call('SET', 'huge', Buffer.alloc(3 * 1024 * 1024));
  await redis.call('CONFIG', 'SET', 'maxmemory', '3mb', 'maxmemory-policy', 'noeviction');
  const { code, status, message } = await doctor(['--url', redis.url]);
  expect(code).toBe(6);
  expect(status).toMatchObject({
    memory: 'failed',
    'set and get': 'failed',
    'keys without TTL': 'warning',
    'big keys': 'warning',
  });
  expect(message['big keys']).toContain('huge (3');
});

test('names the permissions that are missing', async () => {
  await redis.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@read', '+@connection', '+info');
  const { status, message } = await doctor(['--url', redis.url, '--user', 'reader'], {
    env: { CACHECTL_PASSWORD: 'secret' },
  });
  expect(status).toMatchObject({ permissions: 'failed', 'set and get': 'failed', 'slow log': 'skipped' });
  expect(message['permissions']).toMatch(/may not use .*unlink/);
});

test('asks every server of a cluster', async () => {
  const cluster = await startTestCluster({});
  const { code, status, message } = await doctor(['--url', cluster.url]);
  await cluster.stop();
  expect({ code, state: status['set and get'] }).toEqual({ code: 0, state: 'passed' });
  expect(message['connection']).toMatch(/cluster of \d+ servers/);
});

test('takes an answer that is noticed late for no wrong clock', async () => {
  // Noticed five seconds after the question, four of them after the server has answered.
  const moments = [0, 5_000];
  const clock = { now: () => Date.now() + 4_000, monotonicMs: () => moments.shift() ?? 0 };
  expect(await readFacts(redis.node, 0, clock)).toMatchObject({ clockDifferenceMs: 0 });
});

test('tells a person why, and what to type', async () => {
  const run = await runMain(['doctor', '--url', redis.url], { cwd: folder, columns: 80 });
  expect(run.stdout).toMatch(/^warning {3}memory +[\d.]+ MB used, and no limit/m);
  expect(run.stdout).toMatch(/^ {4}mend: redis-cli -h 127\.0\.0\.1 -p \d+ config set maxmemory 1gb$/m);
  expect(run.stdout.split('\n').filter((line) => line.length > 80 && !line.includes('mend:'))).toEqual([]);
});

import { Ajv2020 } from 'ajv/dist/2020.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import diffSchema from '../../../docs/schemas/stats-diff.v1.schema.json' with { type: 'json' };
import repairSchema from '../../../docs/schemas/stats-repair.v1.schema.json' with { type: 'json' };
import statsSchema from '../../../docs/schemas/stats.v1.schema.json' with { type: 'json' };
import { startTestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });

test('reports are as their published schemas say: plain, over a window, by prefix, against a baseline, compared', async () => {
  const redis = await startTestRedis(['--maxmemory', '100mb']);
  onTestFinished(() => redis.stop());
  const cwd = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  onTestFinished(() => rm(cwd, { recursive: true }));
  await redis.node.pipeline([
    ['SET', 'user:1', 'x', 'EX', 100],
    ['SET', 'user:2', 'x'],
    ['SET', 'lonely', 'x'],
    ['GET', 'user:1'],
    ['GET', 'none'],
  ]);
  const validateStats = ajv.compile({ ...statsSchema, unevaluatedProperties: false });
  const stats = async (...argv: readonly string[]): Promise<void> => {
    const { stdout } = await runMain(['stats', '--url', redis.url, '--json', ...argv], { cwd });
    validateStats(JSON.parse(stdout));
    expect(validateStats.errors ?? []).toEqual([]);
  };
  await stats();
  await stats('--per-node', '--assert', 'hit_rate >= 80', '--assert', 'memory_used < 80% of maxmemory');
  await stats('--interval', '10ms', '--assert', 'hit_rate >= 80', '--allow-no-data');
  await stats('--by-prefix', '--sample', '20ms', '--save', 'before.json');
  await stats('--by-prefix', '--only', 'keys', '--save', 'after.json', '--assert', 'user.keys == 2');
  await stats('--baseline', 'before.json', '--assert', 'hit_rate >= baseline');
  const validateDiff = ajv.compile({ ...diffSchema, unevaluatedProperties: false });
  const { stdout } = await runMain(['stats', 'diff', 'before.json', 'after.json', '--json'], { cwd });
  validateDiff(JSON.parse(stdout));
  expect(validateDiff.errors ?? []).toEqual([]);
});

test('and so is what --repair found, where there is nothing to put back and where it may not', async () => {
  const redis = await startTestRedis();
  onTestFinished(() => redis.stop());
  await redis.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-select');
  const validate = ajv.compile({ ...repairSchema, unevaluatedProperties: false });
  const repair = async (...argv: readonly string[]): Promise<unknown> => {
    const { stdout } = await runMain(['stats', '--url', redis.url, '--json', '--repair', ...argv]);
    const document = JSON.parse(stdout) as unknown;
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    return document;
  };
  expect(await repair()).toMatchObject({ servers: [{ repaired: false }] });
  expect(await repair('--user', 'app', '--password', 'secret')).toMatchObject({
    servers: [{ repaired: false, error: { code: 'redis.permission' } }],
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startTestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';
import { until } from '../../support/until.ts';

test('tells what a deploy did to the cache, and what merely ran out', async () => {
  const redis = await startTestRedis();
  onTestFinished(() => redis.stop());
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const save = (file: string) =>
    runMain(['stats', '--url', redis.url, '--by-prefix', '--only', 'keys', '--save', file], { cwd: folder });
  const set = (prefix: string, count: number, ...options: readonly (string | number)[]) =>
    redis.node.pipeline(
      Array.from({ length: count }, (_, index) => ['SET', `${prefix}:${index}`, 'x', ...options] as const),
    );
  await set('page', 30, 'EX', 30);
  await set('user', 20, 'EX', 10_000);
  await set('old', 5);
  expect((await save('before.json')).code).toBe(0);
  // Their time comes a little earlier than it would have.
  await redis.node.pipeline(
    Array.from({ length: 30 }, (_, index) => ['PEXPIRE', `page:${index}`, 50] as const),
  );
  await until(async () => (await redis.call('DBSIZE')) === 25);
  await redis.call('DEL', ...Array.from({ length: 5 }, (_, index) => `old:${index}`));
  await set('new', 7);
  expect((await save('after.json')).code).toBe(0);
  // The reports are of less than the finest class apart; a deploy takes longer.
  const later = JSON.parse(await readFile(path.join(folder, 'after.json'), 'utf8')) as { at: string };
  later.at = new Date(Date.parse(later.at) + 60_000).toISOString();
  await writeFile(path.join(folder, 'after.json'), JSON.stringify(later));

  const json = await runMain(['stats', 'diff', 'before.json', 'after.json', '--json'], { cwd: folder });
  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: 'cachectl/stats-diff/v1',
    expired_by_server: 30,
    evicted_by_server: 0,
    total: { keys_before: 55, keys_after: 27, ran_out: 30, written_or_removed: 2 },
    groups: [
      { group: 'page', keys_before: 30, keys_after: 0, ran_out: 30, written_or_removed: 0 },
      { group: 'new', keys_before: 0, keys_after: 7, ran_out: 0, written_or_removed: 7 },
      { group: 'old', keys_before: 5, keys_after: 0, ran_out: 0, written_or_removed: -5 },
      { group: 'user', keys_before: 20, keys_after: 20, ran_out: 0, written_or_removed: 0 },
    ],
  });
  const table = await runMain(['stats', 'diff', 'before.json', 'after.json'], { cwd: folder });
  expect(table.stdout).toMatch(/^page +30 +0 +-30 +30 +=/m);
  expect(table.stdout).toMatch(/^old +5 +0 +-5 +0 +-5/m);
  expect(table.stdout).toContain('the servers expired 30 and evicted 0 in between');
  const markdown = await runMain(['stats', 'diff', 'before.json', 'after.json', '-o', 'markdown'], {
    cwd: folder,
  });
  expect(markdown.stdout).toContain('| old | 5 | 0 | -5 | 0 | -5 |');
  const csv = await runMain(['stats', 'diff', 'before.json', 'after.json', '-o', 'csv'], { cwd: folder });
  expect(csv.stdout).toContain('\npage,30,0,30,0,');

  const swapped = await runMain(['stats', 'diff', 'after.json', 'before.json'], { cwd: folder });
  expect(swapped.code).toBe(2);
  expect(swapped.stderr).toContain(
    'before.json is older than after.json\nhint: name the earlier report first',
  );
  const missing = await runMain(['stats', 'diff', 'before.json', 'none.json'], { cwd: folder });
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('none.json cannot be read: it does not exist');
});

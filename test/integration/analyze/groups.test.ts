import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../../support/spec-folder.ts';

let redis: TestRedis;
let spec: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  await spec.write(`version: 1
layout: { type: plain, prefix: "shop:" }
groups: { admins: "user:1*", users: ["user:*", "profile:*"], empty: "nothing:*" }
`);
  for (let id = 10; id < 30; id++) await redis.call('SET', `shop:user:${id}`, 'x', 'EX', 1_000);
  for (let id = 10; id < 15; id++) await redis.call('SET', `shop:profile:${id}`, 'x');
  await redis.call('SET', 'shop:other', 'x');
  await redis.call('SET', 'foreign', 'x');
});
afterAll(() => Promise.all([redis.stop(), spec.remove()]));

test('counts the groups of the spec file, each key in the first that matches, and what is in none', async () => {
  const run = await runMain(['analyze', '--json', '--url', redis.url], { cwd: spec.folder });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const report = JSON.parse(run.stdout) as { readonly groups: readonly unknown[] };
  expect(report).toMatchObject({
    groups: [
      { name: 'admins', keys: 10, keys_without_ttl: 0 },
      { name: 'users', keys: 15, keys_without_ttl: 5 },
      { name: 'empty', keys: 0, memory_bytes: 0 },
    ],
    unclassified: { keys: 2 },
    not_of_the_layout: { keys: 1 },
  });
});

test('shows them first', async () => {
  const { stdout } = await runMain(['analyze', '--url', redis.url], { cwd: spec.folder });
  expect(stdout).toMatch(
    /^By group\ngroup +keys .*\nadmins +10 .*\nusers +15 .*\nempty +0 .*\nunclassified +2 /m,
  );
});

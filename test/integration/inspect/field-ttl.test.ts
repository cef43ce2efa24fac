import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';

let redis: TestRedis;
let hasFieldLives: boolean;
beforeAll(async () => {
  redis = await startTestRedis();
  const [known] = (await redis.call('COMMAND', 'INFO', 'HPEXPIRE')) as readonly unknown[];
  hasFieldLives = known !== null;
  await redis.call('HSET', 'session', 'code', '123', 'name', 'Zoë');
});
afterAll(() => redis.stop());

interface Field {
  readonly field: string;
  readonly ttl_seconds: number | null;
  readonly expires_at: string | null;
}

async function fields(): Promise<readonly Field[]> {
  const run = await runMain(['inspect', 'session', '--json', '--url', redis.url]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const { keys } = JSON.parse(run.stdout) as { keys: { value: { items: Field[] } }[] };
  return keys[0]?.value.items ?? [];
}

test('a hash whose fields have no life of their own is shown without, whatever the server knows', async () => {
  expect((await fields()).map(({ ttl_seconds, expires_at }) => [ttl_seconds, expires_at])).toEqual([
    [null, null],
    [null, null],
  ]);
  const { stdout, stderr } = await runMain(['inspect', 'session', '--url', redis.url]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^ {2}field {2}value$/m);
});

test('shows how long each field of a hash lives', async ({ skip }) => {
  if (!hasFieldLives) skip('this server has no field TTLs: Redis has them from 7.4 on, Valkey from 9.0');
  await redis.call('HPEXPIRE', 'session', 100_000, 'FIELDS', 1, 'code');
  const found = new Map((await fields()).map((item) => [item.field, item]));
  expect(found.get('code')?.ttl_seconds).toBeGreaterThan(90);
  expect(Date.parse(String(found.get('code')?.expires_at))).toBeGreaterThan(Date.now());
  expect(found.get('name')).toMatchObject({ ttl_seconds: null, expires_at: null });
  const { stdout } = await runMain(['inspect', 'session', '--url', redis.url]);
  expect(stdout).toMatch(/^ {2}code +1m (40|39)s +123$/m);
});

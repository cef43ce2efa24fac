import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDjango, type DjangoApp } from '../support/django.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';

let redis: TestRedis;
let app: DjangoApp;
beforeAll(async () => {
  redis = await startTestRedis();
  app = await startDjango(redis.url);
});
afterAll(async () => {
  await app.stop();
  await redis.stop();
});

const example = fileURLToPath(new URL('../../examples/django', import.meta.url));

describe('cachectl loadtest in examples/django', () => {
  test('gives cold against warm, every cold answer a miss and every warm one a hit', async () => {
    await redis.call('SET', ':1:user:42', 'untouched');
    const run = await runMain(['loadtest', '--scope', 'home', '-n', '10', '--repeat', '2'], {
      cwd: example,
      env: { REDIS_URL: `${redis.url}/0`, ORIGIN_URL: app.url },
    });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^endpoint +cold +p95 +warm +p95 +improvement +hits$/m);
    expect(run.stdout).toMatch(/^\/\?page=3 +[\d.]+ m?s .* 0(?:\.0)? ?% -> 100(?:\.0)? ?%$/m);
    // Three pages, each once while cold; Django asks for the list of headers first, and finds none.
    expect(run.stdout).toMatch(/^hits in Redis: 0 of \d+ reads while cold, (\d+) of \1 reads while warm$/m);
    expect(String(await redis.call('GET', ':1:user:42'))).toBe('untouched');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { readmePart } from '../support/readme.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary } from '../support/run-binary.ts';
import { shellWords } from '../support/shell-words.ts';

type Shop = Awaited<ReturnType<typeof startShop>>;

let redis: TestRedis;
let shop: Shop;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.05 });
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await writeFile(path.join(folder, 'cachectl.yaml'), readmePart('application:\n\n```yaml\n', '\n```'));
});
afterAll(async () => {
  await Promise.all([redis.stop(), shop.close(), rm(folder, { recursive: true })]);
});

describe('the commands of the README', () => {
  const lines = readmePart('and then:\n\n```sh\n', '\n```').split('\n');

  test('are those that always work as written', () => {
    expect(lines).toHaveLength(7);
  });

  test.each(lines)('%s', async (line) => {
    // The gate wants a cache that is read: an application's part in this.
    if (line.includes('--assert')) {
      await redis.call('SET', 'read', 'often');
      for (let i = 0; i < 400; i++) await redis.call('GET', 'read');
    }
    const [, ...argv] = shellWords(line);
    const run = await runBinary(argv, { cwd: folder, env: { REDIS_URL: redis.url, ORIGIN_URL: shop.url } });
    expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') as string });
    expect(run.stdout).not.toBe('');
  });
});

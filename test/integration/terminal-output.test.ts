import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => Promise.all([redis.stop(), rm(folder, { recursive: true })]));
beforeEach(() => redis.call('FLUSHALL'));

const LONG = 'session:'.padEnd(90, 'x');

describe.each([60, 80])('on a terminal of %i columns', (columns) => {
  const shown = async (...argv: readonly string[]): Promise<string> => {
    const run = await runMain([...argv, '--url', redis.url], { columns, cwd: folder });
    expect(run).toMatchObject({ code: 0 });
    return run.stdout
      .replaceAll(`127.0.0.1:${redis.port}`, '<redis>')
      .replaceAll(/in [\d.]+ m?s\b/g, 'in <time>');
  };

  test('keys come whole, however long, behind columns of one width', async () => {
    await redis.call('RPUSH', 'list:\u001b[31m', 'a');
    expect(await shown('keys', '--with', 'type,ttl', '--pattern', 'list:*')).toBe(
      'type         ttl  key\nlist        none  "list:\\x1b[31m"\n',
    );
    await redis.call('SET', LONG, 'v');
    expect(await shown('keys', '--with', 'type,ttl', '--pattern', 'session:*')).toBe(
      `type         ttl  key\nstring      none  ${LONG}\n`,
    );
  });

  test('ttl shows lives before and after as a table', async () => {
    await redis.call('SET', 'user:1', 'v');
    await redis.call('SET', 'user:2', 'v', 'EX', 30);
    expect(await shown('ttl', 'user:1', 'user:2', '--set', '1d')).toBe(
      'Changed 2 keys of <redis>/0 in <time>\n\n' +
        '┌──────────┬────────┬───────┐\n' +
        '│ life     │ before │ after │\n' +
        '├──────────┼────────┼───────┤\n' +
        '│ no TTL   │      1 │     0 │\n' +
        '│ under 1m │      1 │     0 │\n' +
        '│ under 1d │      0 │     2 │\n' +
        '└──────────┴────────┴───────┘\n',
    );
  });

  test('restore says what came back', async () => {
    await redis.call('SET', 'user:1', 'v');
    const backup = path.join(folder, `${columns}.bak`);
    await shown('clear', 'user:1', '--backup', backup);
    expect(await shown('restore', backup, '--dry-run')).toBe('1 key would be restored into <redis>/0\n');
    expect(await shown('restore', backup)).toBe('Restored 1 key into <redis>/0 in <time>\n');
    expect(await shown('restore', backup)).toBe(
      'Restored 0 keys into <redis>/0 in <time>\n' +
        `1 exist and were left as they are (--replace writes over${columns === 60 ? '\n' : ' '}them)\n`,
    );
  });
});

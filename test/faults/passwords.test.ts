import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import type { RunOptions } from '../support/run-main.ts';
import { runSafely } from '../support/run-safely.ts';

const SECRET = 's3cret-of-the-test';

let redis: TestRedis;
let spec: string;
beforeAll(async () => {
  redis = await startTestRedis(['--requirepass', SECRET], { password: SECRET });
  spec = path.join(redis.folder, 'spec.yaml');
});
afterAll(() => redis.stop());

const stats = (argv: readonly string[], options: RunOptions = {}) =>
  runSafely(['stats', '--url', redis.url, ...argv], options, [SECRET]);
const withCommand = async (command: string) => {
  await writeFile(
    spec,
    `version: 1\nconnections: { default: { url: "${redis.url}", password_command: ${JSON.stringify(command)} } }\n`,
  );
  return runSafely(['stats', '--config', spec], {}, [SECRET]);
};

describe('a password', () => {
  test('comes from a file, stdin, the environment or a command', async () => {
    const file = path.join(redis.folder, 'password');
    await writeFile(file, `${SECRET}\n`);
    const runs = [
      await stats(['--password-file', file]),
      await stats(['--password-file', '-'], { stdin: `${SECRET}\n` }),
      await stats([], { env: { REDISCLI_AUTH: SECRET } }),
      await withCommand(`cat ${file}`),
    ];
    for (const run of runs) expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  test('on the command line works, and warns once', async () => {
    const run = await stats(['--password', SECRET]);
    expect(run.code).toBe(0);
    expect(run.stderr.match(/warning: /g)).toHaveLength(1);
  });

  test('is not asked for without a terminal', async () => {
    expect(await stats(['--askpass'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: --askpass needs a terminal to ask on\nhint: in a script, use --password-file FILE or REDISCLI_AUTH\n',
    });
  });

  test('is missing where its file cannot be read', async () => {
    const run = await stats(['--password-file', '/no/such/file']);
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: the password file /no/such/file cannot be read: it does not exist\n',
    });
  });

  test.each([
    [`echo ${SECRET}; exit 3`, 'password_command failed (3)'],
    ['true', 'password_command printed no password'],
  ])('is missing where its command fails: %#', async (command, message) => {
    expect(await withCommand(command)).toEqual({
      code: 4,
      stdout: '',
      stderr: `error: ${message}\nhint: run it by hand to see what is wrong\n`,
    });
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { quoteBytes } from '../../src/keys/printable.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';

let redis: TestRedis;
let folder: string;

beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await redis.call('FLUSHALL');
});

/** Runs with the private server; elapsed times and sizes, which vary, read as `<time>`, and what takes long adds nothing. */
async function cachectl(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const env = { CACHECTL_URL: redis.url, ...options.env };
  const result = await runMain(argv, { cwd: folder, ...options, env });
  return { ...result, stdout: result.stdout.replace(VARYING, 'in <time>').replace(FELT, '') };
}

const VARYING = /in [\d.]+ m?s(, [\d,]+\/s)?(, about [\d.]+ [KM]?B freed)?/g;
/** Said of whatever takes a second, which anything may on a busy machine. */
const FELT = /^Other clients waited .*\n/m;

async function store(...keys: readonly (string | Buffer)[]): Promise<void> {
  for (const key of keys) await redis.call('SET', key, 'v');
}

function name(): string {
  return `127.0.0.1:${redis.port}/0`;
}

describe('clear', () => {
  test('removes exactly the keys that match a pattern, and says how many', async () => {
    await store('user:1', 'user:2', 'users', 'product:1');
    const run = await cachectl(['clear', '--pattern', 'user:*']);
    expect(run).toEqual({ code: 0, stdout: `Removed 2 keys from ${name()} in <time>\n`, stderr: '' });
    expect(await redis.keys()).toEqual(['product:1', 'users']);
  });

  test('takes several patterns, and removes a key under two of them once', async () => {
    await store('a:1', 'a:2', 'b:1', 'c');
    const run = await cachectl(['clear', '-p', 'a:*', '-p', '*:1', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ schema: 'cachectl/clear/v1', matched: 3, removed: 3 });
    expect(await redis.keys()).toEqual(['c']);
  });

  test('removes exactly named keys, and counts only those that were there', async () => {
    await store('user:1', 'user:2');
    const run = await cachectl(['clear', 'user:1', 'user:1', 'user:9']);
    expect(run.stdout).toBe(`Removed 1 key from ${name()} in <time>\n1 of 2 matched keys already gone\n`);
    expect(await redis.keys()).toEqual(['user:2']);
  });

  test('says of a few keys exactly what they took', async () => {
    await store('a', 'b', 'd');
    await redis.call('SET', 'c', 'x'.repeat(1_000_000));
    const sizes = ['a', 'b', 'c', 'd'].map((key) => redis.call('MEMORY', 'USAGE', key));
    const total = (await Promise.all(sizes)).reduce((sum: number, size) => sum + Number(size), 0);
    const run = await cachectl(['clear', 'a', 'b', 'c', 'd', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      memory_freed_bytes_estimate: total,
      memory_sampled_keys: 4,
    });
  });

  test('is done with exit 0 where nothing matches', async () => {
    expect(await cachectl(['clear', '--pattern', 'nothing:*'])).toEqual({
      code: 0,
      stdout: `Removed 0 keys from ${name()} in <time>\n`,
      stderr: '',
    });
  });

  test('says that a key looks like a pattern where it removed nothing', async () => {
    await store('user:1');
    const run = await cachectl(['clear', 'user:*']);
    expect(run.stderr).toBe('"user:*" was taken as an exact key; for a pattern say --pattern "user:*"\n');
    expect(await redis.keys()).toEqual(['user:1']);
  });

  test('takes keys of any bytes in the quotes that redis-cli prints', async () => {
    const newline = Buffer.from('line\nbreak');
    const binary = Buffer.from([0xff, 0x00, 0xfe, 0x22]);
    await store(newline, binary, 'line');
    const run = await cachectl(['clear', '--quoted-input', quoteBytes(newline), quoteBytes(binary)]);
    expect(run.stdout).toBe(`Removed 2 keys from ${name()} in <time>\n`);
    expect(await redis.keys()).toEqual(['line']);
  });

  test('clears the empty key and a key of ten megabytes', async () => {
    const large = Buffer.alloc(10 * 1024 * 1024, 'k');
    await store('', large);
    const run = await cachectl(['clear', '--pattern', 'k*']);
    // A slow machine may take a second for ten megabytes, and then says how fast that was.
    expect(run.stdout).toMatch(/^Removed 1 key from \S+ in <time>/);
    expect((await cachectl(['clear', ''])).stdout).toBe(`Removed 1 key from ${name()} in <time>\n`);
    expect(await redis.keys()).toEqual([]);
  });

  test('dry run shows count and sample, escaped, and writes nothing', async () => {
    await store('user:1', 'user:a\u001b[31mred', Buffer.from([0x75, 0xff]));
    const before = await redis.call('INFO', 'commandstats');
    const run = await cachectl(['clear', '--pattern', 'u*', '--dry-run']);
    expect(run.code).toBe(0);
    const [heading, ...lines] = run.stdout.trimEnd().split('\n');
    expect(heading).toBe(`3 keys would be removed from ${name()}:`);
    expect(lines.slice(0, 3).sort()).toEqual(['  "u\\xff"', '  "user:a\\x1b[31mred"', '  user:1']);
    expect(lines.slice(3, 6)).toEqual([
      'by first segment: user: 2, no segment 1',
      'by type: string 3',
      'by life: no TTL 3',
    ]);
    expect(lines[6]).toMatch(/^memory: about \d+ B$/);
    expect(lines).toHaveLength(7);
    expect(await redis.keys()).toHaveLength(3);
    const after = String(await redis.call('INFO', 'commandstats'));
    expect(after.match(/cmdstat_(unlink|del):/g)).toEqual(String(before).match(/cmdstat_(unlink|del):/g));
  });

  test('dry run in JSON keeps keys exact that are not UTF-8', async () => {
    await store(Buffer.from([0x75, 0xff]));
    const run = await cachectl(['clear', '--pattern', 'u*', '--dry-run', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      dry_run: true,
      matched: 1,
      removed: 0,
      sample: [{ key_base64: 'df8=' }],
    });
  });

  test('asks for --confirm before everything is deleted, in a script', async () => {
    await store('a');
    for (const argv of [['--all'], ['--pattern', '*'], ['--pattern', '**?'], ['--pattern', '*', '--yes']]) {
      const run = await cachectl(['clear', ...argv]);
      expect(run).toEqual({
        code: 7,
        stdout: '',
        stderr: `error: this would delete everything on ${name()}\nhint: say which one is meant: --confirm ${name()}\n`,
      });
    }
    expect(await redis.keys()).toEqual(['a']);
  });

  test('deletes everything with the right name, and nothing with a wrong one', async () => {
    await store('a', 'b');
    const wrong = await cachectl(['clear', '--all', '--confirm', 'production']);
    expect(wrong.code).toBe(7);
    expect(wrong.stderr).toBe(
      `error: --confirm names "production", and this is ${name()}\nhint: if ${name()} is meant: --confirm ${name()}\n`,
    );
    expect(await redis.keys()).toEqual(['a', 'b']);
    const right = await cachectl(['clear', '--all', '--confirm', name()]);
    expect(right.stdout).toBe(`Removed 2 keys from ${name()} in <time>\n`);
    expect(await redis.keys()).toEqual([]);
  });

  test('dry run of everything needs no confirmation', async () => {
    await store('a');
    expect((await cachectl(['clear', '--all', '--dry-run'])).code).toBe(0);
  });

  test.each([
    [['clear'], 'say what to clear: keys, --pattern GLOB or --all'],
    [['clear', '--all', 'a'], '--all stands alone: it already means every key'],
    [['clear', '--pattern', ''], '--pattern is empty: it would match nothing'],
    [['clear', '--quoted-input', 'a'], 'with --quoted-input, a must be in double quotes'],
    [['clear', '--patern', 'a'], 'unknown flag --patern'],
    [['clear', '--pattern'], '--pattern is missing its value'],
  ])('refuses %j as wrong usage', async (argv, message) => {
    await store('a');
    const run = await cachectl(argv);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr.split('\n')[0]).toBe(`error: ${message}`);
    expect(await redis.keys()).toEqual(['a']);
  });

  test('does nothing, and says so, while CACHECTL_ENABLED is false', async () => {
    await store('a');
    const run = await cachectl(['clear', 'a', '--json'], { env: { CACHECTL_ENABLED: 'false' } });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ skipped: { code: 'disabled' } });
    expect(run.stderr).toBe('warning: CACHECTL_ENABLED=false: nothing was done\n');
    expect(await redis.keys()).toEqual(['a']);
  });

  test('stops at Ctrl-C, reports what was done, and exits 130', async () => {
    for (let batch = 0; batch < 50; batch++) {
      const pairs = Array.from({ length: 2_000 }, (_, i) => [`user:${batch}:${i}`, 'v']).flat();
      await redis.call('MSET', ...pairs);
    }
    let interrupt: (() => void) | undefined;
    const run = await cachectl(['clear', '--pattern', 'user:*', '--json'], {
      onStart: (send) => {
        interrupt = () => send('SIGINT');
        void untilSomethingIsRemoved().then(() => interrupt?.());
      },
    });
    expect(run.code).toBe(130);
    expect(run.stderr).toBe('warning: interrupted by SIGINT\n');
    const report = JSON.parse(run.stdout) as { removed: number; interrupted: boolean };
    expect(report.interrupted).toBe(true);
    expect(report.removed + (await redis.keys()).length).toBe(100_000);
    expect(report.removed).toBeGreaterThan(0);
  });

  async function untilSomethingIsRemoved(): Promise<void> {
    while (Number(await redis.call('DBSIZE')) >= 100_000) await new Promise(setImmediate);
  }
});

describe('clear with a spec file', () => {
  const spec = `version: 1
connections:
  default: { url: "REDIS" }
  production: { url: "REDIS/3", protected: true }
layout: { type: plain, prefix: "shop[1]:" }
`;
  async function withSpec(argv: readonly string[]): Promise<RunResult> {
    await writeFile(path.join(folder, 'spec.yaml'), spec.replaceAll('REDIS', redis.url));
    return cachectl([...argv, '--config', 'spec.yaml'], { env: { CACHECTL_URL: '' } });
  }

  test("puts the layout's prefix in front, taken literally", async () => {
    await store('shop[1]:user:1', 'shop1:user:1', 'user:1', 'shop[1]:product:1');
    const run = await withSpec(['clear', '--pattern', 'user:*']);
    expect(run).toEqual({ code: 0, stdout: 'Removed 1 key from default in <time>\n', stderr: '' });
    expect((await withSpec(['clear', '--pattern', 'user:*'])).stderr).toBe(
      'nothing found; the plain layout puts shop[1]: in front of keys and patterns\n',
    );
    // A tag has no prefix that anybody could have forgotten.
    expect((await withSpec(['clear', '--tag', 'nobody'])).stderr).toBe('');
    expect(await redis.keys()).toEqual(['shop1:user:1', 'shop[1]:product:1', 'user:1']);
  });

  test('clears only the prefix with --all, and shows logical keys', async () => {
    await store('shop[1]:a', 'other');
    const plan = await withSpec(['clear', '--all', '--dry-run']);
    expect(plan.stdout).toMatch(
      new RegExp(
        `^1 key would be removed from default \\(127.0.0.1:${redis.port}/0\\):\n  a\n` +
          'by first segment: no segment 1\nby type: string 1\nby life: no TTL 1\nmemory: about \\d+ B\n$',
      ),
    );
    expect((await withSpec(['clear', '--all'])).code).toBe(7);
    expect((await withSpec(['clear', '--all', '--confirm', 'default'])).code).toBe(0);
    expect(await redis.keys()).toEqual(['other']);
  });

  test('asks for the name of a protected connection, also where --url reaches the same database', async () => {
    await redis.call('SELECT', '3');
    await store('shop[1]:a');
    const wanted =
      'error: production is protected: deleting by pattern, tag, scope or filter must be confirmed\n' +
      'hint: say which one is meant: --confirm production\n';
    expect(await withSpec(['clear', '--pattern', 'a*', '--yes', '-e', 'production'])).toMatchObject({
      code: 7,
      stderr: wanted,
    });
    const byUrl = await withSpec(['clear', '--pattern', 'a*', '--yes', '--url', `${redis.url}/3`]);
    expect(byUrl).toMatchObject({ code: 7, stderr: wanted });
    expect(await redis.keys()).toEqual(['shop[1]:a']);
    const named = await withSpec(['clear', 'a', '-e', 'production']);
    expect(named.stdout).toBe('Removed 1 key from production in <time>\n');
    await redis.call('SELECT', '0');
  });
});

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { BINARY } from '../support/run-binary.ts';

type Shop = Awaited<ReturnType<typeof startShop>>;

const text = readFileSync(new URL('../../docs/loadtest.md', import.meta.url), 'utf8');
const spec = /<!-- spec -->\n+```yaml\n([^]*?)```/.exec(text)?.[1] ?? '';
const recipes = Array.from(text.matchAll(/```sh\n([^]*?)```/g), ([, script = '']) => script.trim());

let redis: TestRedis;
let shop: Shop;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.1 });
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-docs-'));
  await mkdir(path.join(folder, 'bin'));
  const program = path.join(folder, 'bin', 'cachectl');
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${BINARY}" "$@"\n`);
  await chmod(program, 0o755);
  await writeFile(path.join(folder, 'cachectl.yaml'), spec);
});
beforeEach(() => redis.call('FLUSHALL'));
afterAll(async () => {
  await Promise.all([redis.stop(), shop.close(), rm(folder, { recursive: true })]);
});

function run(
  script: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const env = {
    PATH: `${path.join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    REDIS_URL: redis.url,
    ORIGIN_URL: shop.url,
    LANG: 'C.UTF-8',
  };
  return new Promise((resolve) => {
    execFile('bash', ['-euc', script], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe('the recipes of docs/loadtest.md', () => {
  test('are there', () => {
    expect(recipes.length).toBeGreaterThanOrEqual(9);
  });

  test.each(recipes)('%s', async (script) => {
    const { code, stdout, stderr } = await run(script);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.any(String) as string,
      stderr: expect.not.stringContaining('error') as string,
    });
    if (!script.includes('> load.js')) {
      expect(stdout).toMatch(/half of all requests took at most|from the cache|holds at [\d,]+\/s/);
    }
  });

  test('leave a page that a browser opens without an error and without a request', async () => {
    await ensurePackages(['chromium']);
    const page = path.join(folder, 'load.html');
    expect(await readFile(page, 'utf8')).toContain('latency over time');
    const log = path.join(folder, 'net.json');
    const argv = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      `--log-net-log=${log}`,
      '--enable-logging=stderr',
    ];
    const home = { ...process.env, HOME: folder };
    const shown = await new Promise<{ dom: string; said: string }>((resolve, reject) => {
      execFile(
        'chromium',
        [...argv, `--user-data-dir=${path.join(folder, 'profile')}`, '--dump-dom', pathToFileURL(page).href],
        { env: home, timeout: 45_000, maxBuffer: 2 ** 26 },
        (error, dom, said) => {
          if (error === null) resolve({ dom, said });
          else reject(new Error(said, { cause: error }));
        },
      );
    });
    expect(shown.dom).toContain('latency by percentile');
    expect(shown.said).not.toMatch(/CONSOLE.*(?:error|refused|violates)/i);
    // What the browser itself asks for at its start is none of the page's; the page is a file, and asks for nothing.
    expect(await readFile(log, 'utf8')).not.toContain(new URL(shop.url).host);
  });
});

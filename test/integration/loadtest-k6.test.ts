import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePackages } from '../support/ensure-packages.ts';
import { runMain } from '../support/run-main.ts';
import { useLoadtestPlace } from './loadtest-place.ts';

const place = useLoadtestPlace();
const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
beforeAll(async () => {
  await ensurePackages(['curl']);
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  // Modules of the names that the script imports, to be found from where it lies.
  const k6 = path.join(folder, 'node_modules', 'k6');
  await mkdir(k6, { recursive: true });
  await cp(path.join(root, 'test/support/k6'), k6, { recursive: true });
  const exports = { '.': './index.js', './http': './http.js' };
  await writeFile(path.join(k6, 'package.json'), JSON.stringify({ name: 'k6', type: 'module', exports }));
  // As long as it takes: a program that is missing is installed.
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

/** The script for a command line, as a file. */
async function script(...argv: readonly string[]): Promise<string> {
  const result = await runMain(['loadtest', ...argv, '--export', 'k6'], { cwd: place().folder });
  expect([result.code, result.stderr]).toEqual([0, '']);
  const file = path.join(folder, 'load.mjs');
  await writeFile(file, result.stdout);
  return file;
}

/** What the types that k6 publishes have to say against a file. */
function typeErrors(file: string): readonly string[] {
  const types = path.join(root, 'node_modules/@types/k6');
  const program = ts.createProgram([file], {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    paths: { k6: [path.join(types, 'index.d.ts')], 'k6/*': [path.join(types, '*/index.d.ts')] },
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

interface Ran {
  readonly options: unknown;
  readonly checks: Readonly<Record<string, { readonly passes: number; readonly fails: number }>>;
}

async function iterate(file: string, times: number): Promise<Ran> {
  const runner = path.join(folder, 'node_modules/k6/run.js');
  const { stdout } = await promisify(execFile)(process.execPath, [runner, file, String(times)]);
  return JSON.parse(stdout) as Ran;
}

describe('the script for k6', () => {
  it.each([
    ['closed load for a time', ['--scope', 'fast', '--compare', 'none', '-d', '5s']],
    ['closed load of so many requests', ['--scope', 'fast', '--compare', 'none', '-n', '50']],
    [
      'open load',
      ['--scope', 'items', '--rate', '500/s', '--distribution', 'zipf:1.1', '--arrivals', 'poisson'],
    ],
    ['open load in stages', ['--scope', 'languages', '--stages', '30s:100/s,1m:500/s,10s:0']],
  ])('is as the types that k6 publishes want it: %s', async (_, argv) => {
    const asserts = [
      'p99 < 50ms',
      'p999 < 1s',
      'mean < 20ms',
      'error_rate < 1%',
      'dropped == 0',
      'rate > 10',
    ];
    const file = await script(...argv, ...asserts.flatMap((text) => ['--assert', text]));
    expect(typeErrors(file)).toEqual([]);
  });

  it('would be refused by them with a word that k6 does not know', async () => {
    const file = await script('--scope', 'fast', '--rate', '5/s');
    await writeFile(file, (await readFile(file, 'utf8')).replace('ramping-arrival-rate', 'ramping-arrivals'));
    expect(typeErrors(file).join('\n')).toContain('ramping-arrivals');
  });

  it('requests the same targets with their headers and weights, and declares the same load and thresholds', async () => {
    const { origin } = place();
    const file = await script(
      ...[
        '--scope',
        'languages',
        '--url',
        `${origin.url}/fail`,
        '--weight',
        '/fail=2',
        '--rate',
        '90/s',
        '-d',
        '20s',
      ],
      ...['--assert', 'p95 <= 200ms', '--assert', 'error_rate < 1%'],
    );
    expect(origin.requests.size).toBe(0);
    const { options, checks } = await iterate(file, 60);
    const [fast = 0, fail = 0] = ['/fast', '/fail'].map((target) => origin.requests.get(target));
    expect(fast + fail).toBe(60);
    // Half of all requests each, but for chance: less than one in a thousand million runs is outside of this.
    expect(Math.min(fast, fail)).toBeGreaterThan(7);
    expect(checks).toEqual({ 'status is 2xx': { passes: fast, fails: fail } });
    expect(origin.lastHeader('/fast', 'accept-language')).toMatch(/^(en|fr)$/);
    expect(origin.lastHeader('/fast', 'x-token')).toBe('s3cret');
    expect(origin.lastHeader('/fail', 'x-token')).toBeUndefined();
    expect(options).toMatchObject({
      scenarios: {
        load: {
          executor: 'ramping-arrival-rate',
          startRate: 5_400,
          timeUnit: '1m',
          stages: [{ duration: '20000ms', target: 5_400 }],
        },
      },
      thresholds: { http_req_duration: ['p(95) <= 200'], http_req_failed: ['rate < 0.01'] },
    });
  });

  it('says of what k6 has no word for, that it has none', async () => {
    const text = await readFile(
      await script('--scope', 'fast', '--rate', '5/s', '--warmup', '3s', '--assert', 'hit_rate > 80'),
      'utf8',
    );
    expect(text).toContain('// k6 cannot assert: hit_rate > 80');
    expect(text).toContain('// k6 leaves nothing out: the warm-up of 3 s counts as well');
  });
});

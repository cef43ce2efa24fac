import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import reportSchema from '../../docs/schemas/warm.v1.schema.json' with { type: 'json' };
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

let redis: TestRedis;
let spec: SpecFolder;
let origin: TestOrigin;

beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  origin = await startOrigin({
    '/missing': answer('gone', { status: 404 }),
    '/mine': answer('mine', { headers: { 'cache-control': 'private' } }),
    '/touched': (_request, response) => {
      void redis.call('SET', 'touched', 'x', 'EX', 30).then(() => response.end('x'));
    },
    '*': answer('body'),
  });
});
afterAll(async () => {
  await redis.stop();
  await origin.stop();
  await spec.remove();
});
beforeEach(async () => {
  await redis.call('FLUSHALL');
});

async function warm(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 60s, retries: 0 }
scopes:
  good: { entries: [{ key: "k:{n}", path: "/x/{n}?token=hush", foreach: { from: range, start: 1, end: 12, as: n } }] }
  bad:
    entries:
      - { key: "<b>&\\e[31m", path: /missing }
      - { key: mine, path: /mine }
      - { key: touched, path: /touched, mode: touch }
`);
  return runMain(['warm', '-s', 'all', '--url', redis.url, ...argv], { cwd: spec.folder, ...options });
}

const validate = new Ajv2020({ allErrors: true, strict: true }).compile(reportSchema);

function expectValid(document: unknown): void {
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
}

describe('the report of warm', () => {
  it('is as its published schema says: cold, again, with every target, interrupted, dry', async () => {
    const cold = JSON.parse((await warm(['--json', '--targets'])).stdout) as {
      results: { result: string }[];
    };
    expectValid(cold);
    expect(cold.results).toHaveLength(15);
    expect(cold.results.map(({ result }) => result).sort()).toEqual(
      ['failed', 'refused', 'verified', ...Array.from({ length: 12 }, () => 'stored')].sort(),
    );
    expectValid(JSON.parse((await warm(['--json'])).stdout));
    expectValid(JSON.parse((await warm(['--json', '--adaptive', '--force'])).stdout));
    expectValid(JSON.parse((await warm(['--json', '--dry-run'])).stdout));
    expectValid(JSON.parse((await warm(['--json'], { onStart: (send) => send('SIGINT') })).stdout));
  });

  it('names the slowest five, counts each way of being warm, and names what was refused', async () => {
    const { code, stdout } = await warm([]);
    expect(code).toBe(5);
    expect(stdout).toMatch(/\nslowest +url +time\n(.*\n){5}\n/);
    expect(stdout).toContain('1 not stored: the answer says Cache-Control: private\n  mine  ');
    expect(stdout).toMatch(/^12 of 15 targets stored, 1 touched, 1 verified in .*, 1 refused, 1 failed$/m);
    expect(stdout).not.toContain('hush');
    expect((await warm([])).stdout).toMatch(/^12 of 15 targets revalidated, 1 touched, 1 verified in /m);
  });

  it('streams a line for each target as ndjson, and the report as the last one', async () => {
    const { stdout } = await warm(['-o', 'ndjson']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; result?: string; schema?: string });
    expect(lines).toHaveLength(16);
    expect(lines.slice(0, 15).every(({ type }) => type === 'target')).toBe(true);
    expect(lines.at(-1)).toMatchObject({ type: 'report', schema: 'cachectl/warm/v1', stored: 12 });
    expect(stdout).not.toContain('hush');
  });

  it('is one page on its own: escaped, without secrets, without network', async () => {
    const { code } = await warm(['--report', 'out.html']);
    expect(code).toBe(5);
    const page = await readFile(path.join(spec.folder, 'out.html'), 'utf8');
    expect(page).toContain('&lt;b&gt;&amp;');
    expect(page).not.toContain('<b>');
    expect(page).not.toContain('\x1b');
    expect(page).not.toContain('hush');
    expect(page).not.toMatch(/<script|<link|<img|@import|src=|href=/);
    expect(page).toContain('the origin answered 404 Not Found');
  });

  it.each([
    ['no/such/folder.html', 'cannot be written: its folder does not exist, and nothing was done'],
    ['.', 'cannot be written: it is a folder, and nothing was done'],
    ['cachectl.yaml/page.html', 'cannot be written: a part of its path is no folder, and nothing was done'],
  ])('says before the first request that the page cannot be written to %j', async (file, message) => {
    const before = origin.requests.length;
    const { code, stdout, stderr } = await warm(['--report', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(origin.requests).toHaveLength(before);
  });

  it('says so after the report, and exits 5, where the page could not be written in the end', async () => {
    const { code, stdout, stderr } = await warm(['--report', '/dev/full', '--allow-failures']);
    expect(code).toBe(5);
    expect(stdout).toContain('12 of 15 targets stored');
    expect(stderr).toContain('/dev/full cannot be written: no space left on the device');
  });

  it('tells GitHub Actions of each cause, at the line of the entry', async () => {
    const { stderr } = await warm([], { env: { GITHUB_ACTIONS: 'true' } });
    expect(stderr).toContain(
      '::error file=cachectl.yaml,line=8,title=cachectl warm::1 failed: the origin answered 404 Not Found, as in ',
    );
    expect(stderr).toContain(
      '::error file=cachectl.yaml,line=9,title=cachectl warm::1 not stored: the answer says',
    );
    expect((await warm([])).stderr).toBe('');
  });

  it.each([
    ['..', '.', 'folder/cachectl.yaml'],
    ['.', 'below', 'cachectl.yaml'],
  ])('names files as GitHub looks them up: workspace %s, working directory %s', async (root, cwd, shown) => {
    const folder = path.join(spec.folder, cwd);
    await mkdir(folder, { recursive: true });
    const expected = shown.replace('folder', path.basename(spec.folder));
    const { stderr } = await warm([], {
      cwd: folder,
      env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: path.resolve(spec.folder, root) },
    });
    expect(stderr).toContain(`::error file=${expected},line=8,title=cachectl warm::`);
  });
});

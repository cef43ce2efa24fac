import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { startShop } from '../../examples/shop/server.ts';
import { parseCommandLine } from '../../src/cli/program.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { actionErrors, workflowErrors } from '../support/github-files.ts';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { BINARY } from '../support/run-binary.ts';
import { shellWords } from '../support/shell-words.ts';
import { shopSpec } from '../support/shop-spec.ts';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('../../examples/ci/', import.meta.url));
const read = (name: string): Promise<string> => readFile(examples + name, 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}
interface PodJob {
  readonly template: {
    readonly spec: {
      readonly restartPolicy: string;
      readonly containers: readonly { readonly image: string; readonly args: readonly string[] }[];
    };
  };
}
type Manifest = { readonly apiVersion: string; readonly metadata: object } & (
  | { readonly kind: 'Job'; readonly spec: PodJob }
  | {
      readonly kind: 'CronJob';
      readonly spec: { readonly schedule: string; readonly jobTemplate: { readonly spec: PodJob } };
    }
);

/** Every command line in a text is one that this cachectl takes. */
function expectLines(text: string): void {
  const lines = text.split('\n').flatMap((line) => /^[\s-]*(?:run: )?cachectl (.+)$/.exec(line)?.[1] ?? []);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(parseCommandLine(shellWords(line), COMMANDS).kind, line).toBe('command');
}

let redis: TestRedis;
let shop: Awaited<ReturnType<typeof startShop>>;
let folder: string;
beforeAll(async () => {
  await ensurePackages(['shellcheck', 'systemd']);
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.02 });
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await mkdir(path.join(folder, 'bin'));
  await symlink(BINARY, path.join(folder, 'bin', 'cachectl'));
  await writeFile(path.join(folder, 'cachectl.yaml'), shopSpec());
});
afterAll(() => Promise.all([redis.stop(), shop.close(), rm(folder, { recursive: true })]));

const inFolder = (env: Readonly<Record<string, string>>) => ({
  cwd: folder,
  env: {
    PATH: `${path.join(folder, 'bin')}:${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    CACHECTL_URL: redis.url,
    ORIGIN_URL: shop.url,
    ...env,
  },
});

describe('the deploy script', () => {
  test('has nothing that shellcheck would warn of', async () => {
    expect((await run('shellcheck', ['--severity=style', `${examples}deploy.sh`])).stdout).toBe('');
  });

  test('clears and warms', async () => {
    const { stdout } = await run('bash', [`${examples}deploy.sh`], inFolder({}));
    expect(stdout).toContain('warmed again');
    expect((await redis.entryKeys()).length).toBeGreaterThan(300);
  });

  test('deploys also where the cache is away', async () => {
    const { stderr } = await run(
      'bash',
      [`${examples}deploy.sh`],
      inFolder({ CACHECTL_URL: 'redis://127.0.0.1:1/0' }),
    );
    expect(stderr).toMatch(/skipped, as --on-unavailable skip says/);
  });
});

describe('on GitHub', () => {
  test('the action has what GitHub asks for, and its script runs each line with its quotes', async () => {
    const text = await read('action.yml');
    expect(actionErrors(text)).toEqual([]);
    expect(actionErrors(text.replace('using: composite', 'using: composit'))).not.toEqual([]);
    const action = parse(text) as Action;
    for (const input of Object.values(action.inputs)) expect(input.description).not.toBe('');
    for (const step of action.runs.steps) expect(step.uses !== undefined || step.shell === 'bash').toBe(true);
    const script = action.runs.steps.at(-1)?.run ?? '';
    // An input in a script would be run as one.
    expect(script).not.toContain('${{');
    const file = path.join(folder, 'action.sh');
    await writeFile(file, `#!/usr/bin/env bash\n${script}`);
    expect((await run('shellcheck', [file])).stdout).toBe('');
    const { stdout } = await run(
      'bash',
      [file],
      inFolder({ URL: redis.url, COMMANDS: "stats --assert 'keys >= 0'\n\nping\n" }),
    );
    expect(stdout).toMatch(/::group::cachectl stats[\s\S]*keys[\s\S]*::endgroup::\n::group::cachectl ping/);
    await expect(
      run('bash', [file], inFolder({ URL: '', COMMANDS: "stats --assert 'keys < 0'" })),
    ).rejects.toThrow();
  });

  test('the workflow has jobs of steps, and lines that cachectl takes', async () => {
    const text = await read('github-workflow.yml');
    expect(await workflowErrors(text)).toEqual([]);
    expectLines(text);
    const wrong = text.replace('runs-on:', 'run-on:').replace('${{ secrets.', '${{ secret.');
    expect(await workflowErrors(wrong)).toEqual([
      expect.stringContaining("Unexpected value 'run-on'"),
      expect.stringContaining("Unrecognized named-value: 'secret'"),
      expect.stringContaining('Required property is missing: runs-on'),
    ]);
  });

  test('the jobs of the guide to stats are a workflow', async () => {
    const guide = await readFile(new URL('../../docs/stats.md', import.meta.url), 'utf8');
    const jobs = /```yaml\n(jobs:\n[\s\S]*?)```/.exec(guide)?.[1] ?? '';
    expect(jobs).toContain('cachectl stats');
    expect(await workflowErrors(`on: push\n${jobs}`)).toEqual([]);
  });
});

test('on GitLab, jobs have scripts and stages that there are, and lines that cachectl takes', async () => {
  const text = await read('gitlab-ci.yml');
  const { stages, ...jobs } = parse(text) as { stages: string[] } & Record<string, Record<string, unknown>>;
  for (const [name, job] of Object.entries(jobs)) {
    if (name.startsWith('.')) continue;
    expect(stages).toContain(job['stage']);
    expect(jobs[String(job['extends'])]).toBeDefined();
    expect(Array.isArray(job['script'])).toBe(true);
  }
  expectLines(text);
});

test('on Kubernetes, both jobs have what the API asks for, and arguments that cachectl takes', async () => {
  const manifests = parseAllDocuments(await read('kubernetes/job.yaml')).map(
    (document) => document.toJS() as Manifest,
  );
  expect(manifests.map(({ kind }) => kind)).toEqual(['Job', 'CronJob']);
  for (const manifest of manifests) {
    expect(manifest.apiVersion).toBe('batch/v1');
    const { spec } = (manifest.kind === 'Job' ? manifest.spec : manifest.spec.jobTemplate.spec).template;
    expect(['Never', 'OnFailure']).toContain(spec.restartPolicy);
    for (const { args, image } of spec.containers) {
      expect(image).not.toBe('');
      expect(parseCommandLine(args, COMMANDS).kind).toBe('command');
    }
  }
});

test('under systemd, service and timer are verified, and the line is one that cachectl takes', async () => {
  const units = ['cachectl-warm.service', 'cachectl-warm.timer'].map((name) => `${examples}systemd/${name}`);
  const { stderr } = await run('systemd-analyze', ['verify', '--man=no', ...units]);
  // It also tells of the machine's own units.
  expect(stderr.split('\n').filter((line) => line.includes('cachectl'))).toEqual([]);
  const service = await read('systemd/cachectl-warm.service');
  const line = /^ExecStart=\/usr\/bin\/env cachectl (.+)$/m.exec(service)?.[1] ?? '';
  expect(parseCommandLine(shellWords(line), COMMANDS).kind).toBe('command');
});

test('the Dockerfile has instructions that there are, and builds from what the repository has', async () => {
  const text = await readFile(`${examples}../../Dockerfile`, 'utf8');
  const instructions = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of instructions) expect(line).toMatch(/^(FROM|WORKDIR|COPY|RUN|USER|ENTRYPOINT|CMD) \S/);
  expect(instructions.at(-1)).toBe('CMD ["--help"]');
});

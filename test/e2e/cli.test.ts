import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { BINARY, runBinary, startBinary } from '../support/run-binary.ts';
import { until } from '../support/until.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const full = path.join(folder, name);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, content);
  return full;
}

describe('the program', () => {
  test('shows its version', async () => {
    expect(await runBinary(['--version'])).toEqual({
      code: 0,
      stdout: `cachectl ${packageFile.version}\n`,
      stderr: '',
    });
  });

  test('shows every command in its help, and the same with no command', async () => {
    const help = await runBinary(['--help']);
    expect(help.code).toBe(0);
    for (const name of ['warm', 'clear', 'inspect', 'stats', 'loadtest', 'config validate', 'demo']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(await runBinary([])).toEqual(help);
    expect(await runBinary(['help'])).toEqual(help);
  });

  test('shows the help of a command before and after its name, with examples first', async () => {
    const help = await runBinary(['clear', '--help']);
    expect(help.stdout).toMatch(/Usage\n {2}cachectl clear \[KEY\.\.\.\] \[flags\]\n\nExamples\n/);
    expect(await runBinary(['help', 'clear'])).toEqual(help);
    expect(await runBinary(['--help', 'clear'])).toEqual(help);
  });

  test('has a page for each topic, and answers a mistyped one with the nearest', async () => {
    for (const [topic, line] of [
      ['patterns', /^ {2}\? +one byte$/m],
      ['environment', /^ {2}CACHECTL_PROGRESS +plain: /m],
      ['safety', /^ {2}by conditions alone +on a terminal y\/N; in a script --yes$/m],
    ] as const) {
      expect((await runBinary(['help', topic])).stdout).toMatch(line);
    }
    expect(await runBinary(['help', 'enviroment'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: there is no help about "enviroment"\nhint: did you mean cachectl help environment?\n',
    });
    expect(await runBinary(['help', 'topics'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ {2}cachectl help exit-codes +what each exit code means$/m) as string,
    });
    expect((await runBinary(['help', 'xyzzy'])).stderr).toContain(
      'cachectl --help lists the commands; topics are patterns, exit-codes, environment, safety\n',
    );
  });

  test('names in help the formats that the command has', async () => {
    expect((await runBinary(['ttl', '--help'])).stdout).toMatch(
      /--output FORMAT +output format \(table\|json\)$/m,
    );
    expect((await runBinary(['demo', '--help'])).stdout).not.toContain('--json');
  });

  test('shows the table of exit codes', async () => {
    const run = await runBinary(['help', 'exit-codes']);
    expect(run.stdout).toMatch(/^ {2}7 +refused for safety: needs a confirmation that was not given$/m);
    expect(run.stdout).toMatch(/^ {2}130, 143 +interrupted/m);
  });

  test.each([
    [['claer'], 'unknown command "claer"', 'did you mean cachectl clear?'],
    [['config', 'sho'], 'unknown command "config sho"', 'did you mean cachectl config show?'],
    [['clear', '--patern', 'x'], 'unknown flag --patern', 'did you mean --pattern? (cachectl clear --help)'],
    [
      ['inspect'],
      'inspect needs KEY: a key to look at, or a framework address',
      'on a terminal it lets you search for one; cachectl keys --pattern "user:*" lists keys anywhere',
    ],
    [['stats', 'x'], 'stats does not take the argument "x"', 'conditions stand behind --assert'],
    [
      ['stats', '-o', 'xml'],
      'stats has no output format "xml"',
      'it has table, json, ndjson, csv, markdown, junit, prometheus',
    ],
    [['stats', '-o', 'jsn'], 'stats has no output format "jsn"', 'did you mean json?'],
    [['stats', '-o', 'ndjson'], '-o ndjson is for --watch: one record for each moment', 'use -o json'],
    [
      ['stats', '--timeout', '-1s'],
      '--timeout takes a duration such as 500ms, 30s, 5m, 1h30m or 7d, not "-1s"',
      undefined,
    ],
    [
      ['warm', '--scope', 'x', '--limit', '-3'],
      '--limit takes a whole number of 1 or more, not "-3"',
      '--limit 50 is for each scope, --limit users=50 for one',
    ],
  ])('refuses %j', async (argv, message, hint) => {
    const spec = await file('valid.yaml', 'version: 1\nscopes: { x: { entries: [{ key: a, path: /a }] } }\n');
    const run = await runBinary(['--config', spec, ...argv]);
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`,
    });
  });

  test('answers with one JSON document also where the line cannot be parsed', async () => {
    const run = await runBinary(['clear', '--patern', 'x', '--json']);
    expect(JSON.parse(run.stdout)).toEqual({
      error: {
        code: 'usage',
        message: 'unknown flag --patern',
        hint: 'did you mean --pattern? (cachectl clear --help)',
      },
    });
    expect(run.code).toBe(2);
    const contradiction = await runBinary(['stats', '--json', '-o', 'csv']);
    expect(JSON.parse(contradiction.stdout)).toMatchObject({
      error: { message: '--json and --output csv contradict each other' },
    });
  });

  test('takes a pipe that is closed early for no error', async () => {
    const shell = spawn(
      '/bin/sh',
      ['-c', `"${process.execPath}" "${BINARY}" config schema | head -c 1; echo`],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let out = '';
    let err = '';
    shell.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    shell.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    await new Promise((resolve) => shell.on('close', resolve));
    expect({ out, err }).toEqual({ out: '{\n', err: '' });

    const child = startBinary(['config', 'schema']);
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
  });
});

describe('the spec file', () => {
  test('is looked for from the working directory upward, and the places are named', async () => {
    const deep = path.join(folder, 'a', 'b');
    await mkdir(deep, { recursive: true });
    const run = await runBinary(['warm', '--scope', 'homepage'], { cwd: deep });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('error: there is no spec file cachectl.yaml\n');
    expect(run.stderr).toContain(`hint: looked in ${deep}, ${path.dirname(deep)}, ${folder}, `);
  });

  test('is found in a folder above', async () => {
    await file('above/cachectl.yaml', 'version: 1\n');
    const deep = path.join(folder, 'above', 'below');
    await mkdir(deep, { recursive: true });
    const run = await runBinary(['config', 'validate'], { cwd: deep });
    expect(run).toEqual({
      code: 0,
      stdout: 'valid: ../cachectl.yaml (0 scopes, 0 entries, 0 connections)\n',
      stderr: '',
    });
  });

  test('is reported with five mistakes at once, each with its place', async () => {
    const name = 'five.yaml';
    await file(
      name,
      `version: 1
ttl_classes: { hot: 60 parsecs }
scopes:
  homepage:
    limit: -3
    entries:
      - { key: "a", path: /a, tll: hot }
      - { key: "b:{lag}", path: "/b?lang={lang}", matrix: { lang: [en, fr] } }
      - { path: /c }
`,
    );
    const run = await runBinary(['config', 'validate', '-c', name], { cwd: folder });
    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
    const places = run.stderr.match(/^(error: )?five\.yaml:\d+:\d+: .*$/gm);
    expect(places?.map((line) => /:(\d+):/.exec(line.replace('error: ', ''))?.[1])).toEqual(
      expect.arrayContaining(['2', '5', '7', '8', '9']),
    );
    expect(run.stderr).toContain('did you mean `ttl`?');
    expect(run.stderr).toContain('did you mean `{lang}`?');
  });

  test('is refused where it is no text, or not there', async () => {
    const binary = await file('binary.yaml', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff]));
    const run = await runBinary(['config', 'validate', '-c', binary]);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('this is not a text file');
    const missing = await runBinary(['config', 'validate', '-c', 'nowhere.yaml'], { cwd: folder });
    expect(missing).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: the spec file nowhere.yaml cannot be read: it does not exist\n',
    });
  });

  test('shows effective settings with their sources, and no secret', async () => {
    const spec = await file(
      'secret.yaml',
      `version: 1
connections:
  default: { url: "redis://app:hunter2@cache.internal:6380/2", protected: true }
origin: { base_url: "http://127.0.0.1:8000", headers: { Authorization: "Bearer \${WARM_TOKEN:-none}" } }
`,
    );
    const run = await runBinary(['config', 'show', '-c', 'secret.yaml', '-o', 'csv'], {
      cwd: path.dirname(spec),
      env: { WARM_TOKEN: 'tok-123' },
    });
    expect(run.code).toBe(0);
    expect(run.stdout).not.toMatch(/hunter2|tok-123/);
    expect(run.stdout).toContain('connection.address,cache.internal:6380,file secret.yaml\n');
    expect(run.stdout).toContain('connection.password,***,file secret.yaml\n');
    expect(run.stdout).toContain('connection.protected,true,file secret.yaml\n');
    expect(run.stdout).toContain('defaults.concurrency,16,default\n');
    const overridden = await runBinary(['config', 'show', '-c', 'secret.yaml', '--json'], {
      cwd: path.dirname(spec),
      env: { CACHECTL_URL: 'redis://other:1/0' },
    });
    const { settings } = JSON.parse(overridden.stdout) as { settings: unknown[] };
    expect(settings).toContainEqual({
      key: 'connection.address',
      value: 'other:1',
      source: 'environment CACHECTL_URL',
    });
  });

  test('has a JSON Schema that editors can read', async () => {
    const run = await runBinary(['config', 'schema']);
    const schema = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' });
    expect(Object.keys(schema)[0]).toBe('$schema');
  });
});

test('SIGTERM while a password is made ends the program, whatever its command has started', async () => {
  // It ends with the program, and not before.
  const command = 'echo ready >&2; tail --pid=$PPID -f /dev/null | cat';
  const spec = await file(
    'password.yaml',
    `version: 1\nconnections: { default: { url: "redis://127.0.0.1:1", password_command: "${command}" } }\n`,
  );
  const child = startBinary(['ping', '--config', spec]);
  const ended = once(child, 'exit');
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  try {
    await until(() => said.includes('ready'));
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

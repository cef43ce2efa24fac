import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { BINARY, runBinary } from '../support/run-binary.ts';
import { startTerminal, type Terminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const SPEC = `version: 1
connections:
  default: { url: "\${REDIS_URL}" }
  production: { url: "redis://cache.invalid:6379/0", protected: true }
layout: { type: plain, prefix: "shop:" }
origin: { base_url: http://127.0.0.1:9 }
scopes:
  homepage: { entries: [{ key: home, path: /, tags: [features] }] }
  users: { entries: [{ key: "user:{id}", path: "/u/{id}", matrix: { id: ["1"] } }] }
`;

/** How each shell is started with the completion in it, and nothing of the user's own. */
const SHELLS = {
  bash: ['bash', '--norc', '--noprofile', '-i'],
  zsh: ['zsh', '-f', '-i'],
  fish: ['fish', '--no-config', '-i'],
} as const;

const SETUP = {
  bash: "PS1='ready> '; source <(cachectl completion bash); clear",
  zsh: "PS1='ready> '; autoload -U compinit; compinit -D; source <(cachectl completion zsh); clear",
  fish: "function fish_prompt; echo -n 'ready> '; end; cachectl completion fish | source; clear",
} as const;

/**
 * cachectl as it is, but for one thing: what cannot be read from Redis within 200 ms is not offered, and on a busy machine
 * a test cannot know whether it could. So keys are looked up until they could.
 */
const PATIENT = `#!/bin/sh
[ "$1 $2" = '__complete keys' ] || exec '${process.execPath}' '${BINARY}' "$@"
until '${process.execPath}' '${BINARY}' "$@" | grep .; do :; done
`;

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  await ensurePackages(['tmux', 'zsh', 'fish']);
  redis = await startTestRedis();
  for (const key of ['user:1:cart', 'user:2:cart', 'user:2', 'product:7', 'with space']) {
    await redis.call('SET', `shop:${key}`, '1');
  }
  await redis.call('SET', 'unrelated', '1');
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await mkdir(path.join(folder, 'bin'));
  await writeFile(path.join(folder, 'bin', 'cachectl'), PATIENT, { mode: 0o755 });
  await writeFile(path.join(folder, 'cachectl.yaml'), SPEC);
  await writeFile(path.join(folder, 'users.bak'), '');
});
afterAll(async () => {
  await Promise.all([redis.stop(), rm(folder, { recursive: true })]);
});

function environment(): Record<string, string> {
  return {
    PATH: `${path.join(folder, 'bin')}:${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    REDIS_URL: redis.url,
  };
}

describe.each(['bash', 'zsh', 'fish'] as const)('pressing Tab in %s', (shell) => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = await startTerminal(SHELLS[shell], {
      columns: 100,
      rows: 40,
      cwd: folder,
      env: environment(),
    });
    await terminal.shows(/[#$%>]\s*$/);
    await terminal.type(SETUP[shell], 'Enter');
    await terminal.shows(/^ready>\s*$/);
  });
  afterAll(() => terminal.stop());

  /** Types a line up to where Tab is pressed, waits for what it becomes, and takes it back. */
  const completes = async (typed: string, becomes: RegExp): Promise<void> => {
    await terminal.type(typed, 'Tab');
    await terminal.shows(becomes);
    // Keys of the line editor, which takes them in order; Ctrl-C would swallow what is typed behind it.
    await terminal.type('', 'C-u', 'C-l');
    await terminal.shows(/^ready>\s*$/);
  };

  test('completes commands and the words of a group', async () => {
    await completes('cachectl lay', /ready> cachectl layout/);
    await completes('cachectl config val', /ready> cachectl config validate/);
  });

  test('completes flags, before and after the command', async () => {
    await completes('cachectl warm --dry', /warm --dry-run/);
    await completes('cachectl --no-inp', /cachectl --no-input/);
    await completes('cachectl stats --on-un', /stats --on-unavailable/);
  });

  test("completes a flag's choices, also after an equals sign", async () => {
    await completes('cachectl warm --lock sk', /--lock skip/);
    await completes('cachectl warm --lock=sk', /--lock=skip/);
    await completes('cachectl warm -o ndj', /-o ndjson/);
    await completes('cachectl completion powe', /completion powershell/);
  });

  test('completes scopes, connections and metrics', async () => {
    await completes('cachectl warm --scope hom', /--scope homepage/);
    await completes('cachectl --no-color warm -s us', /-s users/);
    await completes('cachectl stats --env prod', /--env production/);
    // Nothing but the line: fish's `test` took a word -e for an operator, and said so.
    await completes('cachectl -e prod', /^ready> cachectl -e production\s*$/);
    await completes('cachectl stats --assert hit_r', /--assert hit_rate/);
  });

  test('completes the logical beginnings of keys from Redis, part by part', async () => {
    await completes('cachectl inspect prod', /inspect product:/);
    await completes('cachectl inspect product:', /inspect product:7/);
    await completes('cachectl inspect user:1', /inspect user:1:/);
    await completes('cachectl clear --pattern "pro', /--pattern "product:/);
  });

  test('completes files where a file belongs', async () => {
    await completes('cachectl restore us', /restore users\.bak/);
    await completes('cachectl stats diff us', /stats diff users\.bak/);
    await completes('cachectl --config cachectl.y', /--config cachectl\.yaml/);
  });
});

describe('what the scripts look up', () => {
  const lookUp = async (args: readonly string[], env: Record<string, string> = {}) =>
    runBinary(['__complete', ...args], { cwd: folder, env: { REDIS_URL: redis.url, ...env } });

  /** What is offered as soon as Redis answers within the 200 ms that it has. */
  const offered = async (args: readonly string[]): Promise<string> => {
    let offers = '';
    await until(async () => (offers = (await lookUp(args)).stdout) !== '');
    return offers;
  };

  test('is read and never written', async () => {
    await redis.call('CONFIG', 'RESETSTAT');
    expect(await offered(['keys', ''])).toBe('product:\nuser:\n');
    const stats = String(await redis.call('INFO', 'commandstats'));
    expect([...stats.matchAll(/cmdstat_(\w+)/g)].map(([, name]) => name).sort()).toEqual(
      expect.not.arrayContaining(['set', 'del', 'unlink', 'keys']) as string[],
    );
  });

  test('is silent where nothing can be reached', async () => {
    expect(await lookUp(['keys', ''], { REDIS_URL: 'redis://127.0.0.1:1/0' })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(await lookUp(['scopes', '', '--config', '/nowhere.yaml'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('follows what the line says about spec file, Redis and layout', async () => {
    const line = (...words: string[]) => ['keys', 'un', 'keys', ...words];
    expect((await lookUp(line())).stdout).toBe('');
    expect(await offered(line('--raw'))).toBe('unrelated\n');
    expect(await offered(line('--layout', 'plain'))).toBe('unrelated\n');
    expect((await lookUp(line('--url', "'redis://127.0.0.1:1/0'", '--raw'))).stdout).toBe('');
  });
});

import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { EndSignal } from '../../../src/host.ts';
import { killServer, startAgain } from '../../support/restart.ts';
import { startDoomedRedis, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain, type RunResult } from '../../support/run-main.ts';
import { createSpecFolder } from '../../support/spec-folder.ts';
import { until } from '../../support/until.ts';

async function specFolder(yaml: string): Promise<string> {
  const { folder, write, remove } = await createSpecFolder();
  onTestFinished(remove);
  await write(yaml);
  return folder;
}

async function server(...args: Parameters<typeof startTestRedis>): Promise<TestRedis> {
  const redis = await startTestRedis(...args);
  onTestFinished(() => redis.stop());
  return redis;
}

const infoCalls = async (redis: TestRedis): Promise<number> => {
  const text = String(await redis.call('INFO', 'commandstats'));
  return Number(/cmdstat_info:calls=(\d+)/.exec(text)?.[1] ?? 0);
};

/** Runs `stats` and does something between its first reading and its second, which `interrupt` brings about at once. */
async function during(
  redis: TestRedis,
  argv: readonly string[],
  work: (interrupt: () => void) => Promise<unknown>,
): Promise<RunResult> {
  const before = await infoCalls(redis);
  let asked = 1;
  let send: (signal: EndSignal) => void = () => undefined;
  const running = runMain(['stats', '--url', redis.url, ...argv], { onStart: (sender) => (send = sender) });
  // What is more than this test's own questions is its first reading.
  await until(async () => (await infoCalls(redis)) - before - asked++ >= 1);
  await work(() => send('SIGINT'));
  return running;
}

test('measures what happens in a window, and not before it', async () => {
  const redis = await server();
  await redis.call('SET', 'a', '1');
  for (let count = 0; count < 10; count++) await redis.call('GET', 'none');
  const { code, stdout } = await during(
    redis,
    ['--interval', '3s', '--json', '--assert', 'hit_rate >= 70'],
    () =>
      redis.node.pipeline([
        ['GET', 'a'],
        ['GET', 'a'],
        ['GET', 'a'],
        ['GET', 'none'],
      ]),
  );
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  expect(report).toMatchObject({ hit_rate: 75, hits: 3, misses: 1, window: { kind: 'interval' } });
  const { seconds } = report['window'] as { seconds: number };
  expect(seconds).toBeGreaterThanOrEqual(3);
  expect(report['reads_per_second']).toBeCloseTo(4 / seconds, 1);
});

test('a window without reads has no hit rate: that fails, unless it is allowed', async () => {
  const redis = await server();
  await redis.call('GET', 'none');
  const argv = ['stats', '--url', redis.url, '--interval', '20ms', '--assert', 'hit_rate >= 80'];
  const failed = await runMain(argv);
  expect(failed.code).toBe(6);
  expect(failed.stdout).toContain('FAIL  hit_rate >= 80  measured no data (no reads in the window)');
  const allowed = await runMain([...argv, '--allow-no-data']);
  expect(allowed.code).toBe(0);
  expect(allowed.stdout).toContain('none  hit_rate >= 80  measured no data (no reads in the window)');
});

test('notices CONFIG RESETSTAT in the window: no negative number, and no rate of an unknown time', async () => {
  const redis = await server();
  for (let count = 0; count < 10; count++) await redis.call('GET', 'none');
  const { stdout } = await during(redis, ['--interval', '60s', '--json'], async (interrupt) => {
    await redis.call('CONFIG', 'RESETSTAT');
    await redis.call('GET', 'none');
    interrupt();
  });
  expect(JSON.parse(stdout)).toMatchObject({
    misses: 1,
    hit_rate: 0,
    reads_per_second: null,
    window: { counters_began_anew: [{ address: `127.0.0.1:${redis.port}`, because: 'reset' }] },
  });
});

test('notices a restart in the window, and says so', async () => {
  const redis = await startDoomedRedis();
  onTestFinished(() => redis.stop());
  for (let count = 0; count < 10; count++) await redis.call('GET', 'none');
  const { stdout } = await during(redis, ['--interval', '3s'], async () => {
    await killServer(redis);
    const again = await startAgain(redis);
    onTestFinished(again.stop);
  });
  expect(stdout).toMatch(/^window +.*127\.0\.0\.1:\d+ was restarted in it: since then$/m);
  expect(stdout).not.toMatch(/ -\d/);
});

test('interrupted in the middle, it tells of the time until then', async () => {
  const redis = await server();
  const { code, stdout } = await during(redis, ['--interval', '60s', '--json'], async (interrupt) => {
    interrupt();
    await Promise.resolve();
  });
  expect(code).toBe(130);
  const { window } = JSON.parse(stdout) as { window: { kind: string; seconds: number } };
  expect(window.kind).toBe('interval');
  expect(window.seconds).toBeLessThan(60);
});

test('shows each moment as a line in a pipe, and as a record with -o ndjson, until it is ended', async () => {
  const redis = await server();
  const watch = async (argv: readonly string[], moments: number): Promise<RunResult> => {
    let interrupt: (signal: EndSignal) => void = () => undefined;
    const running = runMain(['stats', '--url', redis.url, '--watch', '20ms', ...argv], {
      onStart: (send) => (interrupt = send),
    });
    const start = await infoCalls(redis);
    let asked = 1;
    await until(async () => (await infoCalls(redis)) - start - asked++ > moments + 2);
    interrupt('SIGINT');
    return running;
  };
  const lines = await watch([], 4);
  expect(lines).toMatchObject({ code: 0, stderr: '' });
  const [heading = '', ...rows] = lines.stdout.trimEnd().split('\n');
  expect(heading).toMatch(/^time +hit_rate +reads\/s +ops\/s +memory +evicted\/s +expired\/s +keys$/);
  // A line fits into the usual terminal.
  expect(heading).toHaveLength(80);
  expect(rows.length).toBeGreaterThanOrEqual(2);
  for (const row of rows) expect(row).toMatch(/^\d\d:\d\d:\d\d +(-|\d)/);
  const records = await watch(['-o', 'ndjson'], 4);
  const parsed = records.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { schema: string });
  expect(parsed.length).toBeGreaterThanOrEqual(2);
  expect(new Set(parsed.map(({ schema }) => schema))).toEqual(new Set(['cachectl/stats/v1']));
});

test('compares with a saved report, and asserts on the difference', async () => {
  const redis = await server();
  const folder = await specFolder('version: 1\n');
  const options = { cwd: folder };
  await redis.call('SET', 'a', '1');
  for (const key of ['a', 'a', 'a', 'none']) await redis.call('GET', key);
  const saved = await runMain(['stats', '--url', redis.url, '--save', 'before.json'], options);
  expect(saved).toMatchObject({ code: 0, stderr: '' });
  for (let count = 0; count < 4; count++) await redis.call('GET', 'none');
  const argv = ['stats', '--url', redis.url, '--baseline', 'before.json'];
  const { code, stdout } = await runMain(
    [...argv, '--assert', 'hit_rate >= baseline - 40', '--assert', 'hit_rate >= baseline - 5'],
    options,
  );
  expect(code).toBe(6);
  expect(stdout).toMatch(/^hit_rate +37\.5% +75\.0% +-37\.5%$/m);
  expect(stdout).toMatch(/^misses +5 +1 +\+4$/m);
  expect(stdout).toMatch(/^pass {2}hit_rate >= baseline - 40 +measured 37\.5, wanted >= 35\.0$/m);
  expect(stdout).toMatch(/^FAIL {2}hit_rate >= baseline - 5 +measured 37\.5, wanted >= 70\.0$/m);
  const json = await runMain([...argv, '--json'], options);
  expect(JSON.parse(json.stdout)).toMatchObject({ baseline: { path: 'before.json', hit_rate: 75 } });
  const none = await runMain(['stats', '--url', redis.url, '--baseline', 'cachectl.yaml'], options);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('cachectl.yaml is no saved report of stats');
});

test('asserts the budgets of the spec file, and names their lines to GitHub', async () => {
  const redis = await server();
  const folder = await specFolder(
    `version: 1\nconnections: { default: { url: ${redis.url} } }\nbudgets:\n  - keys <= 10\n  - evicted_per_second < 10\n  - keys >= 1\n  - memory_used < 80% of maxmemory\n`,
  );
  const { code, stdout, stderr } = await runMain(['stats', '--check', '--allow-no-data'], {
    cwd: folder,
    env: { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: `${folder}/summary.md` },
  });
  expect(code).toBe(6);
  expect(stdout).toMatch(/\npass {2}keys <= 10 .*\npass {2}evicted_per_second < 10 .*\nFAIL {2}keys >= 1 /);
  expect(stdout).toContain('maxmemory: no limit');
  expect(stderr).toBe(
    '::error file=cachectl.yaml,line=6,title=cachectl stats::keys >= 1 does not hold: measured 0\n',
  );
  const summary = await readFile(`${folder}/summary.md`, 'utf8');
  expect(summary).toMatch(/^### cachectl stats\n\n\| metric \| value \|/);
  expect(summary).toContain('| FAIL | keys >= 1 | 0 |');
});

test('a budget that names no metric is a mistake of the spec file, with its place', async () => {
  const folder = await specFolder(
    'version: 1\ngroups: { users: "user:*" }\nbudgets: [hit_rat >= 80, user.hit_rate >= 70]\n',
  );
  const { code, stderr } = await runMain(['stats', '--check'], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain('cachectl.yaml:3:11');
  expect(stderr).toContain('there is no metric "hit_rat"');
  expect(stderr).toContain('there is no group "user"');
});

test.each([
  [['--watch', '--assert', 'hit_rate >= 1'], '--watch shows how it goes, and --assert needs an end'],
  [['--watch', '-o', 'csv'], '--watch has no output format "csv"'],
  [['-o', 'ndjson'], '-o ndjson is for --watch'],
  [['-o', 'junit'], '-o junit shows assertions, and there are none'],
  [['--depth', '2'], '--depth says how --by-prefix cuts keys'],
  [['--by-group'], '--by-group tells the groups of the spec file apart, and it has none'],
  [['--watch', '--by-prefix'], 'leave --watch out, and say with --sample how long to listen'],
  [['--only', 'hit', '--by-prefix'], 'did you mean --only hits?'],
  [['--save', ''], '--save is empty: it names a file'],
  [['--save', '/no/such/folder/x'], '--save /no/such/folder/x cannot be written: its folder does not exist'],
  [['--save', '/'], '--save / cannot be written: it is a folder'],
  [['diff', 'a', ''], 'AFTER is empty: it names a file'],
  [['--repair', '-o', 'csv'], '--repair has no output format "csv"'],
  [['--check'], '--check asserts what stands under budgets:'],
  [['--by-prefix', '--interval', '1s'], 'two windows'],
  [['--watch', '1s', '--interval', '2s'], '--watch DURATION and --interval are the same here'],
  [['--max-events', '5'], '--max-events is about hit rates of groups of keys'],
  [['--sample', '5s'], '--sample is about hit rates of groups of keys'],
  [['keys >= 1'], 'stats does not take the argument "keys >= 1"'],
  [['dif', 'a', 'b'], 'did you mean cachectl stats diff?'],
  [['--assert', 'users.hit_rate >= 1'], 'there are no groups here'],
  [['--assert', 'hit_rate >= baseline'], 'there is no baseline to compare with'],
])('refuses %j', async (argv, message) => {
  const { code, stderr } = await runMain(['stats', '--url', 'redis://127.0.0.1:1', ...argv]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

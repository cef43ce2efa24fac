import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { BINARY } from '../support/run-binary.ts';
import { startTerminal, type Terminal } from '../support/terminal.ts';

let redis: TestRedis;
beforeAll(async () => {
  await ensurePackages(['tmux']);
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** A shell in which the watch is started; what comes after it tells whether the terminal is as it was. */
async function watchIn(columns: number): Promise<Terminal> {
  const terminal = await startTerminal(['sh'], {
    columns,
    env: { PATH: process.env['PATH'] ?? '', PS1: 'ready> ' },
  });
  onTestFinished(() => terminal.stop());
  await terminal.shows('ready>');
  const line = `'${process.execPath}' '${BINARY}' stats --watch 100ms --url ${redis.url}; echo "ended with $?"; stty -a`;
  await terminal.type(line, 'Enter');
  return terminal;
}

test.each([60, 80, 200])(
  'fills a terminal of %i columns, goes on, pauses, and gives it back',
  async (columns) => {
    const terminal = await watchIn(columns);
    const screen = await terminal.shows(/memory used +\S+ \w+ {2}[▁▂▃▄▅▆▇█]{3,}[^]*q quit {3}p pause/);
    expect(screen).not.toContain('ready>');
    expect(Math.max(...screen.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    await terminal.type('p');
    await terminal.shows('paused   p go on   q quit');
    await terminal.type('p');
    await terminal.shows('q quit   p pause');
    await terminal.type('q');
    const after = await terminal.shows('ended with 0');
    // The last moment stays to be read, and the shell has its line editing back.
    expect(after).toContain('operations per second');
    expect(await terminal.shows(/\becho\b.*\bechoe\b/)).toMatch(/(^|\s)icanon\b/);
  },
);

test('Ctrl-C ends it as q does', async () => {
  const terminal = await watchIn(80);
  await terminal.shows(/memory used +\S+ \w+ {2}[▁▂▃▄▅▆▇█]{2,}/);
  await terminal.type('', 'C-c');
  await terminal.shows('ended with 0');
});

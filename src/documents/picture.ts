import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startDemoServers } from '../demo/servers.ts';
import { findServer } from '../local-server/find-server.ts';
import { terminalPicture } from './terminal-picture.ts';

const run = promisify(execFile);

const COLUMNS = 100;
const ROWS = 70;
const PROMPT = 'shop $ ';
/** What is typed, one after the other. */
const SESSION = [
  'cachectl warm --scope homepage',
  'cachectl inspect homepage:features --max-bytes 60',
  'cachectl clear --pattern "homepage:*" --dry-run',
];

/**
 * Types a session into a real terminal (tmux), against a private Redis and the sample shop, and draws its screen into
 * docs/terminal.svg: what `npm run picture` does.
 */
export async function drawPicture(place: {
  readonly root: string;
  readonly nodePath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<void> {
  const { root, nodePath, env } = place;
  const program = findServer(env);
  if (program === undefined) throw new Error('the picture needs redis-server or valkey-server on PATH');
  const servers = await startDemoServers(program, nodePath);
  const { folder } = servers;
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const all = ['-S', path.join(folder, 'socket'), '-f', '/dev/null', ...args];
    return (await run('tmux', all, { env: { ...env, LANG: 'C.UTF-8' } })).stdout;
  };
  const promptsAre = async (count: number): Promise<void> => {
    while ((await tmux('capture-pane', '-p')).split(PROMPT.trim()).length - 1 < count) await setTimeout(50);
  };
  try {
    await mkdir(path.join(folder, 'bin'));
    await symlink(path.join(root, 'bin/cachectl.js'), path.join(folder, 'bin/cachectl'));
    await tmux(
      ...['new-session', '-d', '-x', String(COLUMNS), '-y', String(ROWS), '-c', folder, '--', 'env', '-i'],
      `PATH=${folder}/bin:${path.dirname(nodePath)}:${env['PATH'] ?? ''}`,
      ...['TERM=screen-256color', 'LANG=C.UTF-8', `PS1=${PROMPT}`, 'bash', '--norc', '--noprofile'],
    );
    for (const [index, line] of SESSION.entries()) {
      await promptsAre(index + 1);
      await tmux('send-keys', '-l', '--', line);
      await tmux('send-keys', 'Enter');
    }
    await promptsAre(SESSION.length + 1);
    const screen = (await tmux('capture-pane', '-p', '-e')).trimEnd().split('\n').slice(0, -1).join('\n');
    const title = 'cachectl warms a scope, inspects a key, and shows what a pattern would delete';
    await writeFile(
      path.join(root, 'docs/terminal.svg'),
      terminalPicture(screen, { columns: COLUMNS, title }),
    );
  } finally {
    await tmux('kill-server').catch(() => undefined);
    await servers.stop();
  }
}

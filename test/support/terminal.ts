import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.ts';

const run = promisify(execFile);

/** A real terminal (tmux's) with a program in it, to type into and to look at. */
export interface Terminal {
  /** Types text as it is, then the named keys (`Tab`, `Enter`, `C-c`). */
  readonly type: (text: string, ...keys: readonly string[]) => Promise<void>;
  /** What stands on the screen, without blanks at the ends of lines. */
  readonly screen: () => Promise<string>;
  /**
   * Waits until the screen has this, and returns the screen.
   * @throws Error with the screen where it never comes
   */
  readonly shows: (text: string | RegExp) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts a program in a terminal of so many columns. Needs tmux. */
export async function startTerminal(
  command: readonly string[],
  options: {
    readonly columns?: number;
    readonly rows?: number;
    readonly cwd?: string;
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<Terminal> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-terminal-'));
  const tmux = async (...args: readonly string[]): Promise<string> => {
    // A server of its own: the user's sessions and settings have no part in this.
    const { stdout } = await run('tmux', ['-S', path.join(folder, 'socket'), '-f', '/dev/null', ...args], {
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    });
    return stdout;
  };
  await tmux(
    ...['new-session', '-d', '-x', String(options.columns ?? 80), '-y', String(options.rows ?? 24)],
    ...['-c', options.cwd ?? '/', '--', 'env', '-i'],
    ...Object.entries({ TERM: 'screen-256color', LANG: 'C.UTF-8', ...options.env }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    ...command,
  );
  const screen = async (): Promise<string> => (await tmux('capture-pane', '-p')).trimEnd();
  return {
    type: async (text, ...keys) => {
      if (text !== '') await tmux('send-keys', '-l', '--', text);
      for (const key of keys) await tmux('send-keys', key);
    },
    screen,
    shows: async (wanted) => {
      let seen = '';
      const isThere = async (): Promise<boolean> => {
        seen = await screen();
        return typeof wanted === 'string' ? seen.includes(wanted) : wanted.test(seen);
      };
      await until(isThere).catch(() => {
        throw new Error(`the terminal never showed ${String(wanted)}, but:\n${seen}`);
      });
      return seen;
    },
    stop: async () => {
      await tmux('kill-server').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

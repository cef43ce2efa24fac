import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program that ends with the process that started it, whatever way that goes. */
export interface GuardedProcess {
  /** Of the program itself, not of its guard. */
  readonly pid: number;
  /** What it has written so far, the last part of it. */
  readonly output: () => string;
  /** Resolves to what `found` gives once it gives something, checked at each line of output. */
  readonly waitForLine: (found: (line: string) => string | undefined) => Promise<string>;
  /** Resolves when the program has ended. */
  readonly ended: Promise<void>;
  /** Ends it (SIGTERM) and waits until it is gone. */
  readonly stop: () => Promise<void>;
}

/**
 * A shell holds the program: it ends it as soon as its own stdin closes, which the kernel does even
 * when this process is killed, and then removes the folder. The group of its own keeps a terminal's
 * Ctrl-C, which goes to a whole group, from reaching the program before cachectl is done with it.
 */
const GUARD = `
dir=$1; shift
exec 3<&0
"$@" 3<&- </dev/null 2>&1 &
pid=$!
echo "guard: pid $pid"
( cat <&3 >/dev/null; kill "$pid" 2>/dev/null; for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.2; done; kill -9 "$pid" 2>/dev/null ) &
exec 3<&-
wait "$pid"
if [ -n "$dir" ]; then rm -rf -- "$dir"; fi
`;

const KEPT_OUTPUT = 64 * 1024;

/**
 * Starts a program under a guard.
 * @param folder removed when the program has ended; empty for none
 */
export async function startGuarded(command: readonly string[], folder: string): Promise<GuardedProcess> {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', folder, ...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  let output = '';
  let unread = '';
  const listeners = new Set<(line: string) => void>();
  guard.stdin.on('error', () => undefined);
  guard.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-KEPT_OUTPUT);
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) for (const listener of listeners) listener(line);
  });
  // Not `close`: the guard's watcher holds the pipe a little longer.
  const ended = once(guard, 'exit')
    .then(() => guard.stdin.destroy())
    .then(() => undefined);

  const waitForLine = (found: (line: string) => string | undefined): Promise<string> =>
    new Promise((resolve, reject) => {
      const listener = (line: string): void => {
        const value = found(line);
        if (value === undefined) return;
        listeners.delete(listener);
        resolve(value);
      };
      listeners.add(listener);
      // The last one is half a line, or none.
      for (const line of output.split('\n').slice(0, -1)) listener(line);
      void ended.then(() => {
        listeners.delete(listener);
        reject(new Error(`${command[0] ?? ''} ended: ${output.trim().split('\n').slice(-3).join(' | ')}`));
      });
    });
  const pid = Number(await waitForLine((line) => /^guard: pid (\d+)$/.exec(line)?.[1]));
  // Neither the child nor its pipes keep this process alive; whoever wants to wait uses `ended`.
  guard.unref();
  return {
    pid,
    output: () => output,
    waitForLine,
    ended,
    stop: async () => {
      guard.stdin.end();
      guard.ref();
      await ended;
    },
  };
}

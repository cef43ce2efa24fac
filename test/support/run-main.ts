import { Readable, Writable } from 'node:stream';
import type { EndSignal, Host } from '../../src/host.ts';
import { main } from '../../src/main.ts';

/** What a run of the program in this process gave. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a test's host differs from a pipe without any environment. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** stdout and stderr are a terminal of so many columns. */
  readonly columns?: number;
  readonly stdin?: string;
  /** Chance, where it is not to be the machine's. */
  readonly random?: () => number;
  /** The time of day, in milliseconds since the epoch, where it is not the machine's. */
  readonly now?: () => number;
  /** Called with a function that sends a signal, before the program starts. */
  readonly onStart?: (send: (signal: EndSignal) => void) => void;
  /** Called with all of stdout whenever something has been added to it. */
  readonly onStdout?: (text: string) => void;
  /** The same for stderr. */
  readonly onStderr?: (text: string) => void;
  /** The clock that does not go back, in ms; the real one unless given. */
  readonly monotonicMs?: () => number;
}

class Sink extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  readonly #onText: ((text: string) => void) | undefined;

  constructor(columns: number | undefined, onText?: (text: string) => void) {
    super({ decodeStrings: true });
    this.#onText = onText;
    this.isTTY = columns !== undefined;
    this.columns = columns ?? 80;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    this.#onText?.(this.text);
    done();
  }
}

/** Runs `cachectl` in this process, everything real but the streams; the seam between argv and output. */
export async function runMain(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const stdout = new Sink(options.columns, options.onStdout);
  const stderr = new Sink(options.columns, options.onStderr);
  const listeners = new Set<(signal: EndSignal) => void>();
  const host: Host = {
    argv,
    env: { LANG: 'C.UTF-8', NO_COLOR: '1', ...options.env },
    cwd: options.cwd ?? '/',
    stdin: Readable.from(options.stdin === undefined ? [] : [options.stdin]),
    stdout,
    stderr,
    clock: {
      now: options.now ?? (() => Date.now()),
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
    },
    random: options.random ?? Math.random,
    platform: process.platform,
    nodePath: process.execPath,
    nodeVersion: process.versions.node,
    isRoot: process.getuid?.() === 0,
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    raise: (signal) => listeners.forEach((listener) => listener(signal)),
    onExit: () => () => undefined,
    exitNow: () => undefined,
  };
  options.onStart?.((signal) => listeners.forEach((listener) => listener(signal)));
  const code = await main(host);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

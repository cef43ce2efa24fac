import { readdirSync } from 'node:fs';
import os from 'node:os';
import type { Readable, Writable } from 'node:stream';

/** A stream to write to, which may be a terminal. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** A stream to read from, which may be a terminal. */
export type InputStream = Readable & {
  readonly isTTY?: boolean;
  /** Keys one by one, Ctrl-C among them, instead of lines; only terminals have it. */
  readonly setRawMode?: (raw: boolean) => unknown;
};

/** Time as the program sees it. */
export interface Clock {
  /** Milliseconds since the epoch: for moments that people or servers see. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back: for measuring. */
  monotonicMs(): number;
}

/** Ctrl-C, a polite kill, and a terminal that is gone: a window closed, an ssh connection lost. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The signals that end a command cleanly. */
export type EndSignal = (typeof END_SIGNALS)[number];

/** Everything that the program takes from the process it runs in; tests pass their own. */
export interface Host {
  /** Arguments without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly platform: NodeJS.Platform;
  /** The Node program that runs this one, for starting another. */
  readonly nodePath: string;
  /** `20.19.0`. */
  readonly nodeVersion: string;
  /** Whether this process may install packages without sudo. */
  readonly isRoot: boolean;
  /** Calls the listener for each end signal; returns how to stop listening. */
  readonly onSignal: (listener: (signal: EndSignal) => void) => () => void;
  /** Sends this process a signal, as Ctrl-C does where a terminal still makes it one. */
  readonly raise: (signal: EndSignal) => void;
  /** Calls the listener, which cannot wait for anything, just before the process ends; returns how to forget it. */
  readonly onExit: (listener: () => void) => () => void;
  /** Ends the process at once: the answer to a second Ctrl-C. */
  readonly exitNow: (code: number) => void;
  /**
   * From now on every other process of this machine goes first where there are not processors for all. It cannot
   * be taken back, and so is missing where the process does more than one command.
   */
  readonly yieldProcessor?: (() => void) | undefined;
}

/** The real process. The only place that names `process`, `Date` and `performance`. */
export function processHost(): Host {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    // Each is made when it is first asked for, which takes a millisecond.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    clock: { now: () => Date.now(), monotonicMs: () => performance.now() },
    random: () => Math.random(),
    platform: process.platform,
    nodePath: process.execPath,
    nodeVersion: process.versions.node,
    isRoot: process.getuid?.() === 0,
    onSignal: (listener) => {
      for (const signal of END_SIGNALS) process.on(signal, listener);
      return () => {
        for (const signal of END_SIGNALS) process.off(signal, listener);
      };
    },
    raise: (signal) => void process.kill(process.pid, signal),
    onExit: (listener) => {
      process.on('exit', listener);
      return () => process.off('exit', listener);
    },
    exitNow: (code) => process.exit(code),
    yieldProcessor,
  };
}

function yieldProcessor(): void {
  try {
    // Linux has a priority for each thread, and there are some that compile and collect garbage.
    const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
    for (const thread of threads) os.setPriority(thread, os.constants.priority.PRIORITY_LOW);
  } catch {
    // Not allowed here, or not known: then it goes at the priority that it has.
  }
}

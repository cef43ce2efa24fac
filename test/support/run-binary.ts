import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunResult } from './run-main.ts';

/**
 * The program under test: the checkout's, or the one that CACHECTL_TEST_BINARY names (an installed
 * package, so that the same tests pass on what users get).
 */
export const BINARY: string =
  process.env['CACHECTL_TEST_BINARY'] ?? fileURLToPath(new URL('../../bin/cachectl.js', import.meta.url));

/** How to start it. */
export interface BinaryOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Files cannot grow beyond so many blocks of 512 bytes, as on a disk that is full. */
  readonly fileBlocks?: number;
}

/** Starts the built program with pipes; nothing of the test's environment but PATH reaches it. */
export function startBinary(
  argv: readonly string[],
  options: BinaryOptions = {},
): ChildProcessWithoutNullStreams {
  const line = [process.execPath, BINARY, ...argv];
  const limit = options.fileBlocks === undefined ? '' : `ulimit -f ${options.fileBlocks} && `;
  const [program = '', ...args] = limit === '' ? line : ['/bin/sh', '-c', `${limit}exec "$@"`, 'sh', ...line];
  const child = spawn(program, args, {
    cwd: options.cwd ?? '/',
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...options.env },
    stdio: 'pipe',
  });
  // Of a program that ended before it had read all of it; how it ended says more.
  child.stdin.on('error', () => undefined);
  return child;
}

/** Runs the built program to its end. */
export async function runBinary(argv: readonly string[], options: BinaryOptions = {}): Promise<RunResult> {
  const child = startBinary(argv, options);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
  return { code, stdout, stderr };
}

import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BINARY } from './run-binary.ts';
import type { RunResult } from './run-main.ts';

/** A folder in which the lines of a guide run as a reader runs them: `cachectl` is on PATH. */
export interface ScriptFolder {
  readonly path: string;
  /** Writes a file, and makes the folders that it needs. @returns its path */
  readonly write: (name: string, content: string | Buffer) => Promise<string>;
  /** Runs a script in bash, nothing of the test's environment but PATH and `env` in it, and no stdin. */
  readonly run: (script: string, options?: ScriptOptions) => Promise<RunResult>;
  readonly remove: () => Promise<void>;
}

/** How a script is run. */
export interface ScriptOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Ends with the first line that fails, as `set -euo pipefail` does; a single line needs no such thing. */
  readonly isStrict?: boolean;
}

/** Makes one in the system's folder for temporary files. */
export async function makeScriptFolder(): Promise<ScriptFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  const write = async (name: string, content: string | Buffer): Promise<string> => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  };
  const program = await write('bin/cachectl', `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
  await chmod(program, 0o755);
  return {
    path: folder,
    write,
    run: (script, { env = {}, isStrict = false } = {}) => {
      const child = spawn('bash', ['--norc', ...(isStrict ? ['-euo', 'pipefail'] : []), '-c', script], {
        cwd: folder,
        env: { PATH: `${path.dirname(program)}:${process.env['PATH'] ?? ''}`, LANG: 'C.UTF-8', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      return new Promise((resolve) =>
        child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr })),
      );
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';

const NAMES = ['redis-server', 'valkey-server'] as const;

/**
 * The Redis server program of this machine: the one that CACHECTL_REDIS_SERVER names, otherwise
 * `redis-server` or `valkey-server` on PATH; `undefined` where there is none.
 * @throws CachectlError where CACHECTL_REDIS_SERVER names something that cannot be run
 */
export function findServer(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = env['CACHECTL_REDIS_SERVER'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new CachectlError(`CACHECTL_REDIS_SERVER names "${named}", which cannot be run`, {
      code: 'server.missing',
      exitCode: ExitCode.unreachable,
      hint: 'name a redis-server or valkey-server program, or unset it',
    });
  }
  return NAMES.map((name) => findProgram(name, env)).find((found) => found !== undefined);
}

/** The path of a program on PATH. */
export function findProgram(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return (env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

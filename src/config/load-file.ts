import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CachectlError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { findSpecFile } from './find.ts';
import type { Environment } from './interpolate.ts';
import { MAX_SPEC_BYTES } from './limits.ts';
import type { LoadedSpec } from './loaded.ts';

/** Where to look for the spec file, and whether there has to be one. */
export interface SpecRequest {
  /** `--config` or CACHECTL_CONFIG. */
  readonly explicitPath: string | undefined;
  readonly cwd: string;
  readonly env: Environment;
  readonly required: boolean;
}

/**
 * Finds, reads and checks the spec file.
 * @returns `undefined` where there is none and none is required
 * @throws CachectlError `config.missing` (exit 2) with where it looked; ConfigError with every mistake
 */
export async function findAndLoadSpec(request: SpecRequest): Promise<LoadedSpec | undefined> {
  const { explicitPath, cwd, env } = request;
  if (explicitPath !== undefined && explicitPath !== '') {
    return load(path.resolve(cwd, explicitPath), explicitPath, env);
  }
  const search = await findSpecFile(cwd, isFile);
  if (search.found) return load(search.path, path.relative(cwd, search.path), env);
  if (!request.required) return undefined;
  const folders = [...new Set(search.lookedAt.map((file) => path.dirname(file)))];
  throw new CachectlError('there is no spec file cachectl.yaml', {
    code: 'config.missing',
    exitCode: ExitCode.usage,
    hint: `looked in ${folders.join(', ')}; name one with --config FILE or CACHECTL_CONFIG`,
  });
}

async function load(file: string, shownPath: string, env: Environment): Promise<LoadedSpec> {
  const bytes = await readBounded(file, shownPath);
  // The YAML reader and the schema cost more than many a command: they wait until there is a file.
  const { decodeSpec, parseWholeSpec } = await import('./load.ts');
  return parseWholeSpec(decodeSpec(shownPath, bytes), env);
}

/** Reads one byte more than the limit at most: enough for the refusal, also of a device that never ends. */
async function readBounded(file: string, shownPath: string): Promise<Uint8Array> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of createReadStream(file, { end: MAX_SPEC_BYTES })) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    throw new CachectlError(`the spec file ${shownPath} cannot be read: ${fileCause(error, 'read')}`, {
      code: 'config.unreadable',
      exitCode: ExitCode.usage,
      cause: error,
    });
  }
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

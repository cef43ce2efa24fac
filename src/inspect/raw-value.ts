import { open, type FileHandle } from 'node:fs/promises';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { fileCause } from '../cli/file-cause.ts';
import { escapeText, printableKey } from '../keys/printable.ts';
import type { RedisClient, RedisNode } from '../redis/types.ts';
import { bytesOf } from './reply.ts';

/** A larger value is read in several pieces, so that memory stays flat. */
const PIECE_BYTES = 16 * 1024 * 1024;

/**
 * Writes the bytes of one string exactly as they are stored.
 * @returns how many
 * @throws CachectlError where there is no such string, or it changes length while it is read in pieces
 */
export async function writeRawValue(
  client: RedisClient,
  key: Buffer,
  write: (bytes: Buffer) => Promise<void>,
): Promise<number> {
  const [share] = await client.nodesFor([key]);
  if (share === undefined) throw noValue(key, 'does not exist');
  const { node } = share;
  const length = await lengthOf(node, key);
  let written = 0;
  do {
    const piece = bytesOf(await node.call('GETRANGE', key, written, written + PIECE_BYTES - 1));
    await write(piece);
    written += piece.length;
    if (piece.length < PIECE_BYTES) break;
  } while (written < length);
  if (length > PIECE_BYTES && written !== length) throw noValue(key, 'changed while it was being read');
  return written;
}

async function lengthOf(node: RedisNode, key: Buffer): Promise<number> {
  const type = String(await node.call('TYPE', key));
  if (type === 'none') throw noValue(key, 'does not exist');
  if (type !== 'string') throw noValue(key, `is a ${type}, and only a string has bytes of its own`);
  return Number(await node.call('STRLEN', key));
}

/** Nothing on stdout is no answer to a script that wants a value: this is not exit code 0. */
function noValue(key: Buffer, why: string): CachectlError {
  return new CachectlError(`${printableKey(key)} ${why}`, {
    code: 'inspect.no_value',
    exitCode: ExitCode.partial,
  });
}

/** Writes to a new file, or over an old one. @throws CachectlError where it cannot be written */
export async function toFile<Result>(
  path: string,
  work: (write: (bytes: Buffer) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  try {
    let file: FileHandle | undefined;
    try {
      // Opened with the first bytes, so that a key that is not there leaves an old file as it is.
      return await work(async (bytes) => {
        file ??= await open(path, 'w');
        await file.writeFile(bytes);
      });
    } finally {
      await file?.close();
    }
  } catch (error) {
    if (error instanceof CachectlError || !(error instanceof Error) || !('code' in error)) throw error;
    throw new CachectlError(`${escapeText(path)} cannot be written: ${fileCause(error, 'write')}`, {
      code: 'inspect.file',
      exitCode: ExitCode.usage,
      cause: error,
    });
  }
}

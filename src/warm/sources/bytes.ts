import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { CachectlError } from '../../cli/errors.ts';
import { fileCause } from '../../cli/file-cause.ts';
import { escapeText } from '../../keys/printable.ts';
import { sourceFailure } from './failures.ts';

/** Large enough that what a piece costs does not matter beside its bytes. */
const PIECE_BYTES = 1024 * 1024;

/**
 * The bytes of a file in large pieces; gzip is known by its first two bytes and unpacked, all of its members.
 * @param shown how messages call the file
 * @throws CachectlError `source.file`, while it is read
 */
export function readFileBytes(
  path: string,
  shown: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  return readBytes(createReadStream(path, { highWaterMark: PIECE_BYTES }), shown, signal);
}

/** Like {@link readFileBytes}, from a stream. The pieces may be overwritten once the next one is asked for. */
export async function* readBytes(
  stream: Readable,
  shown: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  try {
    const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
    const first = await pieces.next();
    if (first.done === true) return;
    const head = toBuffer(first.value);
    const plain = (async function* (): AsyncGenerator<Buffer, void, void> {
      yield head;
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
        yield toBuffer(next.value);
      }
    })();
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    for await (const piece of isGzip ? gunzip(plain) : plain) {
      signal.throwIfAborted();
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw fileFailure(shown, error);
  } finally {
    stream.destroy();
  }
}

/** Unpacks a stream of gzip bytes; the errors are zlib's. */
export async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const unpacked = createGunzip({ chunkSize: PIECE_BYTES });
  // Its callback has the error too, which reaches the loop below through the destroyed stream.
  pipeline(Readable.from(packed), unpacked, () => undefined);
  for await (const piece of unpacked) yield piece as Buffer;
}

function toBuffer(piece: Buffer | string): Buffer {
  return typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
}

const GZIP_CAUSES: Readonly<Record<string, string>> = {
  Z_DATA_ERROR: 'it is not valid gzip',
  Z_BUF_ERROR: 'its gzip data end too early',
};

/** A file that cannot be read. */
export function fileFailure(shown: string, error: unknown): CachectlError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const cause = GZIP_CAUSES[code] ?? fileCause(error, 'read');
  return sourceFailure(
    'source.file',
    `${escapeText(shown)} cannot be read: ${cause}`,
    'paths are relative to the spec file',
    error,
  );
}

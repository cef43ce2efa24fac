import {
  brotliDecompressSync,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzipSync,
  inflateSync,
} from 'node:zlib';
import type { Transform } from 'node:stream';
import type { DecodeBudget } from '../decode-budget.ts';
import type { Unpacked } from './unpacked.ts';

export const unpackGzip = (bytes: Buffer, budget: DecodeBudget): Promise<Unpacked> =>
  unpack(
    bytes,
    budget,
    (maxOutputLength) => gunzipSync(bytes, { maxOutputLength }),
    () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
  );

export const unpackZlib = (bytes: Buffer, budget: DecodeBudget): Promise<Unpacked> =>
  unpack(
    bytes,
    budget,
    (maxOutputLength) => inflateSync(bytes, { maxOutputLength }),
    () => createInflate({ finishFlush: constants.Z_SYNC_FLUSH }),
  );

export const unpackBrotli = (bytes: Buffer, budget: DecodeBudget): Promise<Unpacked> =>
  unpack(
    bytes,
    budget,
    (maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength }),
    () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  );

/** At once where all is well; otherwise again as a stream, which keeps what came before the fault. */
async function unpack(
  bytes: Buffer,
  budget: DecodeBudget,
  whole: (maxOutputLength: number) => Buffer,
  stream: () => Transform,
): Promise<Unpacked> {
  const { maxBytes } = budget.limits;
  try {
    return { bytes: whole(maxBytes), problem: undefined };
  } catch (error) {
    const tooLong = error instanceof RangeError;
    const partial = await begin(stream(), bytes, maxBytes);
    const problem = tooLong ? `more than ${maxBytes} bytes when decompressed` : reason(error);
    return { bytes: partial, problem };
  }
}

/** What a stream gives before it fails or has given enough. */
function begin(stream: Transform, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const done = (): void => {
      stream.destroy();
      resolve(Buffer.concat(chunks).subarray(0, maxBytes));
    };
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxBytes) done();
    });
    stream.on('end', done);
    stream.on('error', done);
    stream.end(bytes);
  });
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return 'ends too early';
  return error instanceof Error ? error.message.toLowerCase() : 'cannot be decompressed';
}

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
    (maxOutputLength) => withInfo(gunzipSync, bytes, maxOutputLength),
    () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }),
  );

export const unpackZlib = (bytes: Buffer, budget: DecodeBudget): Promise<Unpacked> =>
  unpack(
    bytes,
    budget,
    (maxOutputLength) => withInfo(inflateSync, bytes, maxOutputLength),
    () => createInflate({ finishFlush: constants.Z_SYNC_FLUSH }),
  );

export const unpackBrotli = (bytes: Buffer, budget: DecodeBudget): Promise<Unpacked> =>
  unpack(
    bytes,
    budget,
    (maxOutputLength) => withInfo(brotliDecompressSync, bytes, maxOutputLength),
    () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  );

/** What Node gives when it is asked for `info`, which its types do not know. */
interface Inflated {
  readonly buffer: Buffer;
  /** Bytes that were used: Node itself says nothing about bytes that follow. */
  readonly engine: { readonly bytesWritten: number };
}

function withInfo(
  inflate: (bytes: Buffer, options: { readonly maxOutputLength: number; readonly info: true }) => unknown,
  bytes: Buffer,
  maxOutputLength: number,
): Inflated {
  return inflate(bytes, { maxOutputLength, info: true }) as Inflated;
}

/** Of what is larger than it may be the beginning will do: decompressing it again takes time. */
const MOST_OF_A_BOMB = 2 * 1024 * 1024;

/** At once where all is well; otherwise again as a stream, which keeps what came before the fault. */
async function unpack(
  bytes: Buffer,
  budget: DecodeBudget,
  whole: (maxOutputLength: number) => Inflated,
  stream: () => Transform,
): Promise<Unpacked> {
  const { maxBytes } = budget.limits;
  try {
    const { buffer, engine } = whole(maxBytes);
    const rest = bytes.length - engine.bytesWritten;
    return { bytes: buffer, problem: rest > 0 ? `${rest} bytes follow the data` : undefined };
  } catch (error) {
    const tooLong = error instanceof RangeError;
    const partial = await begin(stream(), bytes, tooLong ? Math.min(maxBytes, MOST_OF_A_BOMB) : maxBytes);
    const problem = tooLong ? `more than ${maxBytes} bytes when decompressed` : reason(error);
    return { bytes: partial, problem, limited: tooLong };
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

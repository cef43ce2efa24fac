import { promisify } from 'node:util';
import zlib from 'node:zlib';

/** The compressions that this program can write, by the names of spec files. */
export type CompressionName = 'gzip' | 'zlib' | 'brotli' | 'zstd';

/** Level and quality in between: a cache entry is written once and read often, but a deploy waits for it. */
const DEFLATE_LEVEL = 6;
const BROTLI_QUALITY = 5;
/** Beyond this the thread pool is worth its hand-over, because the other targets go on meanwhile. */
const THREAD_POOL_BYTES = 32 * 1024;

/** Only since Node 22.15 and 23.8; the types are those of Node 20. */
const zstd = zlib as unknown as {
  readonly zstdCompressSync?: (bytes: Buffer) => Buffer;
  readonly zstdCompress?: (bytes: Buffer, done: (error: Error | null, result: Buffer) => void) => void;
};
const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);
const deflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.deflate);
const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);

/** Whether the Node that runs this can write a compression. */
export function canCompress(name: CompressionName): boolean {
  return name !== 'zstd' || zstd.zstdCompressSync !== undefined;
}

/** Bytes made smaller; big ones on another thread. */
export async function compress(bytes: Buffer, name: CompressionName): Promise<Buffer> {
  const here = bytes.length <= THREAD_POOL_BYTES;
  switch (name) {
    case 'gzip':
      return here ? zlib.gzipSync(bytes, { level: DEFLATE_LEVEL }) : gzip(bytes, { level: DEFLATE_LEVEL });
    case 'zlib':
      // As Python's zlib.compress does it by default, and so what django-redis' ZlibCompressor reads.
      return here
        ? zlib.deflateSync(bytes, { level: DEFLATE_LEVEL })
        : deflate(bytes, { level: DEFLATE_LEVEL });
    case 'brotli': {
      const options = {
        params: {
          [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      };
      return here ? zlib.brotliCompressSync(bytes, options) : brotli(bytes, options);
    }
    case 'zstd':
      return compressZstd(bytes, here);
  }
}

async function compressZstd(bytes: Buffer, here: boolean): Promise<Buffer> {
  const { zstdCompressSync, zstdCompress } = zstd;
  if (zstdCompressSync === undefined || zstdCompress === undefined) {
    throw new Error('this Node cannot write zstd: canCompress says so');
  }
  return here ? zstdCompressSync(bytes) : promisify<Buffer, Buffer>(zstdCompress)(bytes);
}

import {
  XZ_MAGIC,
  ZSTD_FRAME_MAGIC,
  LZ4_FRAME_MAGIC,
  SNAPPY_MAGIC,
  HYPERLOGLOG_MAGIC,
  JAVA_MAGIC,
  HTTP_MAGIC,
} from './magic-numbers.ts';
import type { Compression, Envelope, Serialization } from './formats.ts';
import { isSymfony } from './symfony.ts';

/**
 * What the first bytes say. `sure` ones hold even where the rest is damaged; others only where all of it
 * can be read.
 */
export interface Recognized {
  readonly format: Compression | Serialization | Envelope;
  readonly sure: boolean;
}

/** The format that a value's first bytes stand for; `undefined` where they stand for none. */
export function recognize(bytes: Buffer): Recognized | undefined {
  const [first, second, third, fourth] = bytes;
  const sure = (format: Recognized['format']): Recognized => ({ format, sure: true });
  const begins = (magic: Buffer): boolean => bytes.subarray(0, magic.length).equals(magic);
  if (first === 0x1f && second === 0x8b && third === 8) return sure('gzip');
  if (begins(ZSTD_FRAME_MAGIC)) return sure('zstd');
  if (begins(LZ4_FRAME_MAGIC)) return sure('lz4');
  if (begins(XZ_MAGIC)) return sure('xz');
  if (begins(SNAPPY_MAGIC)) return sure('snappy');
  if (begins(JAVA_MAGIC)) return sure('java');
  if (begins(HYPERLOGLOG_MAGIC) && (bytes[4] ?? 2) < 2) return { format: 'hyperloglog', sure: false };
  if (begins(HTTP_MAGIC)) return { format: 'http', sure: false };
  // A pickle with a frame begins 80 04 95; without one it is sure only where it ends as pickles do.
  if (first === 0x80 && second !== undefined && second >= 2 && second <= 5) {
    return {
      format: 'pickle',
      sure: third === 0x95 || third === 0x7d || third === 0x5d || third === 0x63 || bytes.at(-1) === 0x2e,
    };
  }
  if (first === 4 && second === 8 && third !== undefined)
    return { format: 'marshal', sure: isMarshalType(third) };
  if (first === 0 && second === 0 && third === 0 && (fourth === 1 || fourth === 2) && bytes.length > 4) {
    return { format: 'igbinary', sure: false };
  }
  if (
    (first === 0 && second === 0x11) ||
    (first === 0 && second === 4 && third === 8) ||
    (first === 1 && second === 0x78)
  ) {
    return { format: 'rails', sure: false };
  }
  if (isSymfony(bytes)) return { format: 'symfony', sure: false };
  if (isZlib(first, second)) return { format: 'zlib', sure: first === 0x78 && bytes.length > 8 };
  if (first === 0x5d && second === 0 && third === 0 && bytes.length > 13)
    return { format: 'xz', sure: false };
  return undefined;
}

/** Compression method 8, a window of 32 KB at most, no dictionary, and a header that 31 divides. Source: RFC 1950. */
function isZlib(first: number | undefined, second: number | undefined): boolean {
  if (first === undefined || second === undefined) return false;
  return (
    (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0 && (second & 0x20) === 0
  );
}

function isMarshalType(byte: number): boolean {
  return '0TFi:"Ilf[{}o'.includes(String.fromCharCode(byte)) || 'SuUCcme'.includes(String.fromCharCode(byte));
}

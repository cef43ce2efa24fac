import { deflateSync } from 'node:zlib';

/** Bytes as Python's `zlib.compress` writes them by default: level 6, with the zlib header and checksum. */
export function writeZlib(bytes: Uint8Array): Buffer {
  return deflateSync(bytes, { level: 6 });
}

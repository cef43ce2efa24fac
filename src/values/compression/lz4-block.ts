import type { ByteReader } from '../byte-reader.ts';
import type { OutputBuffer } from './output-buffer.ts';

const SHORTEST_MATCH = 4;

/**
 * Decompresses one LZ4 block: everything that the reader has left.
 * Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 * @throws DecodeProblem
 */
export function readLz4Block(reader: ByteReader, output: OutputBuffer): void {
  while (reader.left > 0) {
    const token = reader.u8();
    output.append(reader.take(lengthOf(token >> 4, reader)));
    // The last sequence has literals only.
    if (reader.left === 0) return;
    const distance = reader.u16le();
    output.copy(distance, lengthOf(token & 0x0f, reader) + SHORTEST_MATCH);
  }
}

/** Fifteen means that more follows, as long as the bytes are 255. */
function lengthOf(nibble: number, reader: ByteReader): number {
  let length = nibble;
  if (nibble < 15) return length;
  for (;;) {
    const more = reader.u8();
    length += more;
    if (more !== 255) return length;
  }
}

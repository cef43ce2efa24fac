import { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { readLz4Block } from './lz4-block.ts';
import { OutputBuffer } from './output-buffer.ts';
import { unpackInto, type Unpacked } from './unpacked.ts';

const FRAME_MAGIC = 0x184d2204;

/** Decompresses an LZ4 frame, or a block with its size in front as python-lz4 writes it. */
export function unpackLz4(bytes: Buffer, budget: DecodeBudget): Unpacked {
  const isFrame = bytes.length >= 4 && bytes.readUInt32LE(0) === FRAME_MAGIC;
  return isFrame ? unpackFrames(bytes, budget) : unpackSizedBlock(bytes, budget);
}

/** Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md; checksums are not verified. */
function unpackFrames(bytes: Buffer, budget: DecodeBudget): Unpacked {
  const output = new OutputBuffer(budget, bytes.length * 3);
  const reader = new ByteReader(bytes);
  return unpackInto(output, () => {
    while (reader.left > 0) {
      const magic = reader.u32le();
      if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) reader.take(reader.u32le());
      else if (magic === FRAME_MAGIC) readFrame(reader, output);
      else throw new DecodeProblem('something else follows the LZ4 frame');
    }
  });
}

function readFrame(reader: ByteReader, output: OutputBuffer): void {
  const flags = reader.u8();
  if (flags >> 6 !== 1) throw new DecodeProblem('an LZ4 frame of an unknown version');
  if ((flags & 1) !== 0) throw new DecodeProblem('it was compressed with an LZ4 dictionary');
  reader.take(1 + ((flags & 0b1000) === 0 ? 0 : 8) + 1);
  for (;;) {
    const size = reader.u32le();
    if (size === 0) break;
    const block = reader.take(size % 0x8000_0000);
    if (size >= 0x8000_0000) output.append(block);
    else readLz4Block(new ByteReader(block), output);
    if ((flags & 0b1_0000) !== 0) reader.take(4);
  }
  if ((flags & 0b100) !== 0) reader.take(4);
}

/** `lz4.block.compress`: the size as four bytes, little-endian, then one block. */
function unpackSizedBlock(bytes: Buffer, budget: DecodeBudget): Unpacked {
  const output = new OutputBuffer(budget);
  const reader = new ByteReader(bytes);
  return unpackInto(output, () => {
    const size = reader.u32le();
    // A block cannot grow more than 255 times: a larger number is no size.
    if (size > reader.left * 255) throw new DecodeProblem('no LZ4 block with its size in front');
    readLz4Block(reader, output);
    if (output.length !== size)
      throw new DecodeProblem(`${output.length} bytes instead of the ${size} announced`);
  });
}

import { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { OutputBuffer } from './output-buffer.ts';
import { unpackInto, type Unpacked } from './unpacked.ts';
import { readLiterals, type HuffmanTable } from './zstd-literals.ts';
import { runSequences, type FrameMemory } from './zstd-sequences.ts';

/** Magic number of a Zstandard frame, little-endian. */
const ZSTD_MAGIC = 0xfd2fb528;
const LARGEST_BLOCK = 128 * 1024;

/**
 * Decompresses Zstandard; checksums are not verified. Written here because Node has it only since 22.15,
 * and fzstd cannot be stopped: a hostile block of 128 KB keeps it busy for seconds.
 * Source: RFC 8878.
 */
export function unpackZstd(bytes: Buffer, budget: DecodeBudget): Unpacked {
  const output = new OutputBuffer(budget, bytes.length * 3);
  const reader = new ByteReader(bytes);
  return unpackInto(output, () => {
    while (reader.left > 0) {
      const magic = reader.u32le();
      if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) reader.take(reader.u32le());
      else if (magic === ZSTD_MAGIC) readFrame(reader, output);
      else throw new DecodeProblem('something else follows the Zstandard frame');
    }
  });
}

function readFrame(reader: ByteReader, output: OutputBuffer): void {
  const descriptor = reader.u8();
  const singleSegment = (descriptor & 0x20) !== 0;
  if (!singleSegment) reader.take(1);
  const dictionary = reader.take([0, 1, 2, 4][descriptor & 3] ?? 0);
  if (dictionary.some((byte) => byte !== 0))
    throw new DecodeProblem('it was compressed with a Zstandard dictionary');
  reader.take([singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
  const memory: FrameMemory = { tables: undefined, recent: [1, 4, 8] };
  let huffman: HuffmanTable | undefined;
  for (let last = false; !last;) {
    const header = reader.u24le();
    last = (header & 1) === 1;
    const size = header >> 3;
    const type = (header >> 1) & 3;
    if (type === 0) output.append(reader.take(size));
    else if (type === 1) output.fill(reader.u8(), size);
    else if (type === 2 && size <= LARGEST_BLOCK) {
      const block = new ByteReader(reader.take(size));
      const { literals, table } = readLiterals(block, huffman);
      huffman = table;
      runSequences(block, literals, output, memory, LARGEST_BLOCK);
    } else throw new DecodeProblem('damaged Zstandard data');
  }
  if ((descriptor & 0b100) !== 0) reader.take(4);
}

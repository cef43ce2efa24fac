import { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { LzmaDecoder, lzmaProperties } from './lzma-decoder.ts';
import { XZ_MAGIC } from '../magic-numbers.ts';
import { OutputBuffer } from './output-buffer.ts';
import { unpackInto, type Unpacked } from './unpacked.ts';

const LZMA2_FILTER = 0x21;

/** Decompresses .xz and the older .lzma; checksums are not verified. */
export function unpackXz(bytes: Buffer, budget: DecodeBudget): Unpacked {
  const output = new OutputBuffer(budget, bytes.length * 4);
  const reader = new ByteReader(bytes);
  const isXz = bytes.subarray(0, XZ_MAGIC.length).equals(XZ_MAGIC);
  return unpackInto(output, () =>
    isXz ? readXz(reader, output, budget) : readLzmaAlone(reader, output, budget),
  );
}

/** Source: https://tukaani.org/xz/xz-file-format.txt */
function readXz(reader: ByteReader, output: OutputBuffer, budget: DecodeBudget): void {
  reader.take(XZ_MAGIC.length + 1);
  const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64][reader.u8() & 0x0f] ?? 0;
  reader.take(4);
  // A zero in the place of a block's header begins the index: that is all of the data.
  while (reader.peek() !== 0) {
    const start = reader.position;
    readBlockHeader(reader);
    readLzma2(reader, output, budget);
    reader.take((4 - ((reader.position - start) % 4)) % 4);
    reader.take(checkBytes);
  }
}

function readBlockHeader(reader: ByteReader): void {
  const size = (reader.u8() + 1) * 4;
  const header = new ByteReader(reader.take(size - 1));
  const flags = header.u8();
  if ((flags & 0x40) !== 0) variableInteger(header);
  if ((flags & 0x80) !== 0) variableInteger(header);
  if ((flags & 0x03) !== 0 || variableInteger(header) !== LZMA2_FILTER) {
    throw new DecodeProblem('it was compressed with an xz filter other than LZMA2');
  }
}

function variableInteger(reader: ByteReader): number {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = reader.u8();
    value += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return value;
  }
  throw new DecodeProblem('damaged xz data');
}

function readLzma2(reader: ByteReader, output: OutputBuffer, budget: DecodeBudget): void {
  const decoder = new LzmaDecoder(output, budget);
  for (;;) {
    const control = reader.u8();
    if (control === 0) return;
    if (control === 1 || control >= 0xe0) decoder.resetDictionary();
    if (control < 0x80) {
      if (control > 2) throw new DecodeProblem('damaged xz data');
      output.append(reader.take(reader.u16be() + 1));
      continue;
    }
    const unpackedSize = ((control & 0x1f) << 16) + reader.u16be() + 1;
    const packedSize = reader.u16be() + 1;
    if (control >= 0xc0) decoder.reset(lzmaProperties(reader.u8()));
    else if (control >= 0xa0) decoder.reset();
    // What is missing at the end is missed by the decoder, not before it begins.
    const packed = reader.take(Math.min(packedSize, reader.left));
    decoder.decode(new ByteReader(packed), unpackedSize);
  }
}

/** Properties, size of the dictionary, size of the data or all ones. */
function readLzmaAlone(reader: ByteReader, output: OutputBuffer, budget: DecodeBudget): void {
  const properties = lzmaProperties(reader.u8());
  reader.take(4);
  const size = reader.u64le();
  const known = size !== 0xffff_ffff_ffff_ffffn;
  if (known && size > 2n ** 40n) throw new DecodeProblem('no LZMA data');
  const decoder = new LzmaDecoder(output, budget);
  decoder.reset(properties);
  decoder.decode(reader, known ? Number(size) : undefined);
}

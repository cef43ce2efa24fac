import { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { SNAPPY_MAGIC } from '../magic-numbers.ts';
import { OutputBuffer } from './output-buffer.ts';
import { unpackInto, type Unpacked } from './unpacked.ts';

/** Decompresses Snappy, raw or in frames; checksums are not verified. */
export function unpackSnappy(bytes: Buffer, budget: DecodeBudget): Unpacked {
  const output = new OutputBuffer(budget, bytes.length * 3);
  const reader = new ByteReader(bytes);
  const framed = bytes.subarray(0, SNAPPY_MAGIC.length).equals(SNAPPY_MAGIC);
  return unpackInto(output, () => (framed ? readFrames(reader, output) : readRaw(reader, output)));
}

/** Source: https://github.com/google/snappy/blob/main/framing_format.txt */
function readFrames(reader: ByteReader, output: OutputBuffer): void {
  while (reader.left > 0) {
    const type = reader.u8();
    const chunk = reader.take(reader.u24le());
    if (type === 0x00) readRaw(new ByteReader(chunk, 4), output);
    else if (type === 0x01) output.append(chunk.subarray(4));
    else if (type < 0x80) throw new DecodeProblem(`a Snappy chunk of the unknown type ${type}`);
  }
}

/** Source: https://github.com/google/snappy/blob/main/format_description.txt */
function readRaw(reader: ByteReader, output: OutputBuffer): void {
  const start = output.length;
  const size = varint(reader);
  // Copies are of 64 bytes at most and take two bytes at least.
  if (size > reader.left * 64) throw new DecodeProblem('no Snappy data');
  while (reader.left > 0) {
    const tag = reader.u8();
    if ((tag & 3) === 0) output.append(reader.take(literalLength(tag >> 2, reader)));
    else copy(tag, reader, output);
    if (output.length - start > size) break;
  }
  if (output.length - start !== size) {
    throw new DecodeProblem(`${output.length - start} bytes instead of the ${size} announced`);
  }
}

function literalLength(code: number, reader: ByteReader): number {
  if (code < 60) return code + 1;
  const bytes = reader.take(code - 59);
  return bytes.readUIntLE(0, bytes.length) + 1;
}

function copy(tag: number, reader: ByteReader, output: OutputBuffer): void {
  if ((tag & 3) === 1) output.copy(((tag >> 5) << 8) | reader.u8(), ((tag >> 2) & 7) + 4);
  else output.copy((tag & 3) === 2 ? reader.u16le() : reader.u32le(), (tag >> 2) + 1);
}

function varint(reader: ByteReader): number {
  let value = 0;
  for (let shift = 0; shift < 32; shift += 7) {
    const byte = reader.u8();
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new DecodeProblem('no Snappy data');
}

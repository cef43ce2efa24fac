import type { ByteReader } from '../byte-reader.ts';
import { DecodeProblem } from '../decode-budget.ts';
import { BackwardBits } from './zstd-bits.ts';
import { FseState, readTable } from './zstd-fse.ts';

/** What the next bits stand for, and how many of them are taken. */
export interface HuffmanTable {
  readonly maxBits: number;
  readonly symbols: Uint8Array;
  readonly lengths: Uint8Array;
}

const LARGEST_BLOCK = 128 * 1024;
const MOST_BITS = 11;

/**
 * The literals of one block; a table is handed on to blocks that use it again.
 * Source: RFC 8878, section 3.1.1.3.1.
 * @throws DecodeProblem
 */
export function readLiterals(
  reader: ByteReader,
  previous: HuffmanTable | undefined,
): { readonly literals: Uint8Array; readonly table: HuffmanTable | undefined } {
  const first = reader.u8();
  const [type, format] = [first & 3, (first >> 2) & 3];
  if (type < 2) {
    const size = plainSize(first, format, reader);
    const literals = type === 0 ? reader.take(size) : Buffer.alloc(size, reader.u8());
    return { literals, table: previous };
  }
  const more = [2, 2, 3, 4][format] ?? 2;
  const bits = [10, 10, 14, 18][format] ?? 10;
  const packed = (first + reader.take(more).readUIntLE(0, more) * 256) / 16;
  const size = Math.floor(packed) % 2 ** bits;
  const compressedSize = Math.floor(packed / 2 ** bits) % 2 ** bits;
  if (size > LARGEST_BLOCK) throw new DecodeProblem('damaged Zstandard data');
  const data = reader.take(compressedSize);
  const { table, length } = type === 2 ? readHuffmanTable(data) : { table: previous, length: 0 };
  if (table === undefined) throw new DecodeProblem('damaged Zstandard data');
  const literals = new Uint8Array(size);
  decodeStreams(data.subarray(length), table, literals, format === 0 ? 1 : 4);
  return { literals, table };
}

function plainSize(first: number, format: number, reader: ByteReader): number {
  if ((format & 1) === 0) return first >> 3;
  const size = (first >> 4) + (format === 1 ? reader.u8() : reader.u16le()) * 16;
  if (size > LARGEST_BLOCK) throw new DecodeProblem('damaged Zstandard data');
  return size;
}

function decodeStreams(data: Buffer, table: HuffmanTable, literals: Uint8Array, streams: 1 | 4): void {
  if (streams === 1) return decodeStream(data, table, literals);
  if (data.length < 6) throw new DecodeProblem('damaged Zstandard data');
  const part = Math.ceil(literals.length / 4);
  let start = 6;
  for (let index = 0; index < 4; index++) {
    const end = index === 3 ? data.length : start + data.readUInt16LE(index * 2);
    if (end > data.length) throw new DecodeProblem('damaged Zstandard data');
    const to = index === 3 ? literals.length : Math.min(literals.length, part * (index + 1));
    decodeStream(data.subarray(start, end), table, literals.subarray(Math.min(part * index, to), to));
    start = end;
  }
}

function decodeStream(data: Uint8Array, table: HuffmanTable, to: Uint8Array): void {
  const bits = new BackwardBits(data);
  for (let index = 0; index < to.length; index++) {
    const entry = bits.peek(table.maxBits);
    to[index] = table.symbols[entry] ?? 0;
    bits.left -= table.lengths[entry] ?? 0;
  }
  if (bits.left !== 0) throw new DecodeProblem('damaged Zstandard data');
}

function readHuffmanTable(data: Buffer): { readonly table: HuffmanTable; readonly length: number } {
  const header = data[0] ?? 0;
  const length = header < 128 ? header + 1 : 1 + Math.ceil((header - 127) / 2);
  if (length > data.length) throw new DecodeProblem('damaged Zstandard data');
  const body = data.subarray(1, length);
  const weights = header < 128 ? fseWeights(body) : directWeights(body, header - 127);
  return { table: huffmanTable(weights), length };
}

function directWeights(body: Buffer, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const byte = body[index >> 1] ?? 0;
    return index % 2 === 0 ? byte >> 4 : byte & 0x0f;
  });
}

function fseWeights(body: Buffer): number[] {
  const { table, length } = readTable(body, { maxAccuracyLog: 6, maxSymbol: 15 });
  const bits = new BackwardBits(body.subarray(length));
  const weights: number[] = [];
  let [state, other] = [new FseState(table, bits), new FseState(table, bits)];
  while (weights.length < 255) {
    weights.push(state.symbol);
    state.advance(bits);
    if (bits.left < 0) {
      weights.push(other.symbol);
      return weights;
    }
    [state, other] = [other, state];
  }
  throw new DecodeProblem('damaged Zstandard data');
}

/** The last weight is not stored: it is what is missing to a power of two. */
function huffmanTable(weights: number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) sum += weight === 0 ? 0 : 1 << (weight - 1);
  const maxBits = sum === 0 ? 0 : 32 - Math.clz32(sum);
  const missing = (1 << maxBits) - sum;
  if (maxBits === 0 || maxBits > MOST_BITS || (missing & (missing - 1)) !== 0) {
    throw new DecodeProblem('damaged Zstandard data');
  }
  weights.push(32 - Math.clz32(missing));
  const symbols = new Uint8Array(1 << maxBits);
  const lengths = new Uint8Array(1 << maxBits);
  let position = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    for (const [symbol, own] of weights.entries()) {
      if (own !== weight) continue;
      const end = position + (1 << (weight - 1));
      symbols.fill(symbol, position, end);
      lengths.fill(maxBits + 1 - weight, position, end);
      position = end;
    }
  }
  return { maxBits, symbols, lengths };
}

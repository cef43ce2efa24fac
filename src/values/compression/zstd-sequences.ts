import type { ByteReader } from '../byte-reader.ts';
import { DecodeProblem } from '../decode-budget.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { BackwardBits } from './zstd-bits.ts';
import { buildTable, FseState, readTable, singleSymbol, type FseTable } from './zstd-fse.ts';

/** One of the three codes of a sequence: its default table, and what its symbols stand for. */
interface Code {
  readonly defaults: FseTable;
  readonly maxAccuracyLog: number;
  readonly maxSymbol: number;
}

const ones = (count: number): number[] => Array.from({ length: count }, () => 1);
const lessThanOne = (count: number): number[] => Array.from({ length: count }, () => -1);

/** Default distributions. Source: RFC 8878, section 3.1.1.3.2.2. */
const CODES: { readonly literals: Code; readonly offsets: Code; readonly matches: Code } = {
  literals: {
    defaults: buildTable(
      [
        4,
        3,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        1,
        1,
        1,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        2,
        3,
        2,
        ...ones(5),
        ...lessThanOne(4),
      ],
      6,
    ),
    maxAccuracyLog: 9,
    maxSymbol: 35,
  },
  offsets: {
    defaults: buildTable([...ones(6), 2, 2, 2, ...ones(15), ...lessThanOne(5)], 5),
    maxAccuracyLog: 8,
    maxSymbol: 31,
  },
  matches: {
    defaults: buildTable([1, 4, 3, 2, 2, 2, 2, 2, 2, ...ones(37), ...lessThanOne(7)], 6),
    maxAccuracyLog: 9,
    maxSymbol: 52,
  },
};

const LITERAL_BITS = [
  ...Array.from({ length: 16 }, () => 0),
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
];
const MATCH_BITS = [
  ...Array.from({ length: 32 }, () => 0),
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
];
const LITERAL_BASES = bases(LITERAL_BITS, 0);
const MATCH_BASES = bases(MATCH_BITS, 3);

/** Where each symbol's lengths begin: after all lengths of the one before. */
function bases(bits: readonly number[], first: number): readonly number[] {
  let next = first;
  return bits.map((count) => {
    const base = next;
    next += 2 ** count;
    return base;
  });
}

/** Tables that the next block may use again. */
export interface SequenceTables {
  readonly literals: FseTable;
  readonly offsets: FseTable;
  readonly matches: FseTable;
}

/** What a frame remembers from block to block. */
export interface FrameMemory {
  tables: SequenceTables | undefined;
  /** The last three distances. */
  recent: [number, number, number];
}

/**
 * Runs the sequences of one block: literals, then a copy, again and again.
 * Source: RFC 8878, section 3.1.1.3.2.
 * @throws DecodeProblem
 */
export function runSequences(
  reader: ByteReader,
  literals: Uint8Array,
  output: OutputBuffer,
  memory: FrameMemory,
  largestBlock: number,
): void {
  const count = sequenceCount(reader);
  let used = 0;
  if (count > 0) {
    const tables = readTables(reader, memory.tables);
    memory.tables = tables;
    const bits = new BackwardBits(reader.take(reader.left));
    const literalState = new FseState(tables.literals, bits);
    const offsetState = new FseState(tables.offsets, bits);
    const matchState = new FseState(tables.matches, bits);
    const end = output.length + largestBlock;
    for (let index = 0; index < count; index++) {
      const offsetCode = offsetState.symbol;
      const offsetValue = 2 ** offsetCode + bits.read(offsetCode);
      const match = (MATCH_BASES[matchState.symbol] ?? 0) + bits.read(MATCH_BITS[matchState.symbol] ?? 0);
      const run =
        (LITERAL_BASES[literalState.symbol] ?? 0) + bits.read(LITERAL_BITS[literalState.symbol] ?? 0);
      const distance = distanceOf(offsetValue, run, memory.recent);
      if (used + run > literals.length || output.length + run + match > end || bits.left < 0) {
        throw new DecodeProblem('damaged Zstandard data');
      }
      output.append(literals.subarray(used, used + run));
      used += run;
      output.copy(distance, match);
      if (index === count - 1) break;
      literalState.advance(bits);
      matchState.advance(bits);
      offsetState.advance(bits);
    }
  }
  output.append(literals.subarray(used));
}

function sequenceCount(reader: ByteReader): number {
  const first = reader.u8();
  if (first < 128) return first;
  if (first < 255) return (first - 128) * 256 + reader.u8();
  return reader.u16le() + 0x7f00;
}

function readTables(reader: ByteReader, previous: SequenceTables | undefined): SequenceTables {
  const modes = reader.u8();
  const literals = readOne(reader, modes >> 6, CODES.literals, previous?.literals);
  const offsets = readOne(reader, (modes >> 4) & 3, CODES.offsets, previous?.offsets);
  const matches = readOne(reader, (modes >> 2) & 3, CODES.matches, previous?.matches);
  return { literals, offsets, matches };
}

function readOne(reader: ByteReader, mode: number, code: Code, previous: FseTable | undefined): FseTable {
  if (mode === 0) return code.defaults;
  if (mode === 1) {
    const symbol = reader.u8();
    if (symbol > code.maxSymbol) throw new DecodeProblem('damaged Zstandard data');
    return singleSymbol(symbol);
  }
  if (mode === 2) {
    const { table, length } = readTable(reader.bytes.subarray(reader.position), code);
    reader.take(length);
    return table;
  }
  if (previous === undefined) throw new DecodeProblem('damaged Zstandard data');
  return previous;
}

/** Values 1 to 3 stand for recent distances, shifted by one after an empty run of literals. */
function distanceOf(value: number, run: number, recent: [number, number, number]): number {
  const [first, second, third] = recent;
  if (value > 3) {
    recent.splice(0, 3, value - 3, first, second);
    return value - 3;
  }
  const which = value - 1 + (run === 0 ? 1 : 0);
  if (which === 0) return first;
  const distance = which === 1 ? second : which === 2 ? third : first - 1;
  if (which === 1) recent.splice(0, 3, second, first, third);
  else recent.splice(0, 3, distance, first, second);
  return distance;
}

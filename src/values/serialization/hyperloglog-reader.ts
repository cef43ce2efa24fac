import { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, problemText } from '../decode-budget.ts';
import { integerOf, textOf, unreadable, type Entry, type PlainValue } from '../plain-value.ts';
import type { ReadResult } from './read-result.ts';

const HEADER_BYTES = 16;
const REGISTERS = 16_384;
const REGISTER_BITS = 6;
/** Bits of a hash that runs of zeros are counted in. */
const RUN_BITS = 50;
/** 0.5 / ln 2. */
const ALPHA = 0.7213475204444817;

/**
 * Reads what PFADD stores: how many different members were counted, as PFCOUNT would say, and without that PFCOUNT
 * writes its result into the value. Source: redis/src/hyperloglog.c.
 */
export function readHyperLogLog(bytes: Uint8Array): ReadResult {
  const reader = new ByteReader(bytes, HEADER_BYTES);
  try {
    const encoding = reader.bytes[4];
    const counts = encoding === 0 ? denseCounts(reader) : sparseCounts(reader);
    const entry = (name: string, value: PlainValue): Entry => [textOf(name), value];
    const value: PlainValue = {
      kind: 'map',
      entries: [
        entry('estimated members', integerOf(estimate(counts))),
        entry('encoding', textOf(encoding === 0 ? 'dense' : 'sparse')),
        entry('registers in use', integerOf(REGISTERS - (counts[0] ?? 0))),
        entry('registers', integerOf(REGISTERS)),
      ],
    };
    return { value, end: reader.position, problem: undefined };
  } catch (error) {
    const problem = problemText(error);
    return { value: unreadable(problem), end: reader.position, problem };
  }
}

/** How many registers have each value. */
function denseCounts(reader: ByteReader): Uint32Array {
  const bytes = reader.take((REGISTERS * REGISTER_BITS) / 8);
  const counts = new Uint32Array(1 << REGISTER_BITS);
  for (let register = 0; register < REGISTERS; register++) {
    const bit = register * REGISTER_BITS;
    const pair = (bytes[bit >> 3] ?? 0) | ((bytes[(bit >> 3) + 1] ?? 0) << 8);
    const value = (pair >> (bit & 7)) & 63;
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}

/** Runs of zeros (one byte or two) and of one value. */
function sparseCounts(reader: ByteReader): Uint32Array {
  const counts = new Uint32Array(1 << REGISTER_BITS);
  let registers = 0;
  while (reader.left > 0) {
    const code = reader.u8();
    const value = code & 0x80 ? ((code >> 2) & 31) + 1 : 0;
    const length =
      code & 0x80 ? (code & 3) + 1 : (code & 0x40 ? ((code & 63) << 8) | reader.u8() : code & 63) + 1;
    counts[value] = (counts[value] ?? 0) + length;
    registers += length;
  }
  if (registers !== REGISTERS) throw new DecodeProblem(`${registers} registers instead of ${REGISTERS}`);
  return counts;
}

/** Otmar Ertl's estimator, as the server has it. Source: https://arxiv.org/abs/1702.01284 */
function estimate(counts: Uint32Array): number {
  let sum = REGISTERS * tau((REGISTERS - (counts[RUN_BITS + 1] ?? 0)) / REGISTERS);
  for (let value = RUN_BITS; value >= 1; value--) sum = (sum + (counts[value] ?? 0)) * 0.5;
  sum += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / sum);
}

function sigma(start: number): number {
  if (start === 1) return Infinity;
  let [x, y, z, before] = [start, 1, start, NaN];
  while (before !== z) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0;
  let [x, y, z, before] = [start, 1, 1 - start, NaN];
  while (before !== z) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

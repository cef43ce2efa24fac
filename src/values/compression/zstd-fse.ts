import { DecodeProblem } from '../decode-budget.ts';
import type { BackwardBits } from './zstd-bits.ts';

/** A table of finite state entropy coding: what each state stands for and where it leads. */
export interface FseTable {
  readonly accuracyLog: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** A walk through a table. */
export class FseState {
  readonly #table: FseTable;
  #state: number;

  constructor(table: FseTable, bits: BackwardBits) {
    this.#table = table;
    this.#state = bits.read(table.accuracyLog);
  }

  get symbol(): number {
    return this.#table.symbols[this.#state] ?? 0;
  }

  advance(bits: BackwardBits): void {
    const count = this.#table.bits[this.#state] ?? 0;
    this.#state = (this.#table.bases[this.#state] ?? 0) + bits.read(count);
  }
}

/** A table of one symbol, which takes no bits. */
export function singleSymbol(symbol: number): FseTable {
  return {
    accuracyLog: 0,
    symbols: Uint8Array.of(symbol),
    bits: Uint8Array.of(0),
    bases: Uint16Array.of(0),
  };
}

/**
 * The decoding table of a distribution; -1 stands for "less than one". Source: RFC 8878, section 4.1.1.
 * @throws DecodeProblem where the probabilities do not fill the table
 */
export function buildTable(counts: readonly number[], accuracyLog: number): FseTable {
  const size = 1 << accuracyLog;
  const symbols = new Uint8Array(size);
  const next = counts.map((count) => (count === -1 ? 1 : count));
  let high = size - 1;
  for (const [symbol, count] of counts.entries()) if (count === -1) symbols[high--] = symbol;
  const step = (size >> 1) + (size >> 3) + 3;
  let position = 0;
  for (const [symbol, count] of counts.entries()) {
    for (let index = 0; index < count; index++) {
      symbols[position] = symbol;
      do position = (position + step) & (size - 1);
      while (position > high && high >= 0);
    }
  }
  if (position !== 0 || high < 0) throw new DecodeProblem('damaged Zstandard data');
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] ?? 0;
    const order = next[symbol] ?? 1;
    next[symbol] = order + 1;
    const width = accuracyLog - (31 - Math.clz32(order));
    bits[state] = width;
    bases[state] = (order << width) - size;
  }
  return { accuracyLog, symbols, bits, bases };
}

/**
 * Reads a distribution and gives its table, and how many bytes it took. Source: RFC 8878, section 4.1.1.
 * @throws DecodeProblem
 */
export function readTable(
  bytes: Uint8Array,
  limits: { readonly maxAccuracyLog: number; readonly maxSymbol: number },
): { readonly table: FseTable; readonly length: number } {
  const accuracyLog = ((bytes[0] ?? 0) & 0x0f) + 5;
  if (accuracyLog > limits.maxAccuracyLog) throw new DecodeProblem('damaged Zstandard data');
  let at = 4;
  const read = (count: number): number => {
    const index = at >>> 3;
    if (index >= bytes.length) throw new DecodeProblem('damaged Zstandard data');
    const window = (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8) | ((bytes[index + 2] ?? 0) << 16);
    return (window >>> (at & 7)) & ((1 << count) - 1);
  };
  const counts: number[] = [];
  let remaining = (1 << accuracyLog) + 1;
  while (remaining > 1 && counts.length <= limits.maxSymbol) {
    const width = 32 - Math.clz32(remaining);
    const threshold = 1 << (width - 1);
    const small = 2 * threshold - 1 - remaining;
    let value = read(width);
    if ((value & (threshold - 1)) < small) {
      value &= threshold - 1;
      at += width - 1;
    } else {
      if (value >= threshold) value -= small;
      at += width;
    }
    const count = value - 1;
    remaining -= Math.abs(count);
    counts.push(count);
    if (count !== 0) continue;
    for (let repeat = 3; repeat === 3;) {
      repeat = read(2);
      at += 2;
      for (let index = 0; index < repeat; index++) counts.push(0);
    }
  }
  if (remaining !== 1 || counts.length > limits.maxSymbol + 1)
    throw new DecodeProblem('damaged Zstandard data');
  return { table: buildTable(counts, accuracyLog), length: (at + 7) >>> 3 };
}

import type { ByteReader } from '../byte-reader.ts';
import { DecodeProblem } from '../decode-budget.ts';

const HALF = 1024;

/** Probabilities of a bit being 0, in 2048ths, all even at the beginning. */
export function newProbabilities(count: number): Uint16Array {
  return new Uint16Array(count).fill(HALF);
}

/** LZMA's arithmetic decoder: bits by their probabilities, which learn from every bit. */
export class RangeDecoder {
  readonly #reader: ByteReader;
  #range = 0xffff_ffff;
  #code: number;

  /** @throws DecodeProblem where no range coder's data begins here */
  constructor(reader: ByteReader) {
    this.#reader = reader;
    if (reader.u8() !== 0) throw new DecodeProblem('damaged LZMA data');
    this.#code = reader.u32be();
  }

  #normalize(): void {
    if (this.#range < 0x100_0000) {
      this.#range = (this.#range << 8) >>> 0;
      this.#code = ((this.#code << 8) | this.#reader.u8()) >>> 0;
    }
  }

  bit(probabilities: Uint16Array, index: number): 0 | 1 {
    const probability = probabilities[index] ?? HALF;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      probabilities[index] = probability + ((2048 - probability) >> 5);
      this.#normalize();
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    probabilities[index] = probability - (probability >> 5);
    this.#normalize();
    return 1;
  }

  /** Bits that are as likely 0 as 1. */
  direct(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index++) {
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
      this.#normalize();
    }
    return value;
  }

  /** A number of so many bits, the highest first. */
  tree(probabilities: Uint16Array, base: number, bits: number): number {
    let node = 1;
    for (let index = 0; index < bits; index++) node = (node << 1) | this.bit(probabilities, base + node);
    return node - (1 << bits);
  }

  /** A number of so many bits, the lowest first. */
  reverseTree(probabilities: Uint16Array, base: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let index = 0; index < bits; index++) {
      const bit = this.bit(probabilities, base + node);
      node = (node << 1) | bit;
      value |= bit << index;
    }
    return value;
  }
}

import { DecodeProblem } from '../decode-budget.ts';

/** Bits read from the end of bytes to their beginning, as Zstandard stores them: a 1 marks where they begin. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  /** Bits that are left; negative where more were read than there are, which count as 0. */
  left: number;

  /** @throws DecodeProblem where the mark is missing */
  constructor(bytes: Uint8Array) {
    const last = bytes.at(-1) ?? 0;
    if (last === 0) throw new DecodeProblem('damaged Zstandard data');
    this.#bytes = bytes;
    this.left = bytes.length * 8 - 8 + (31 - Math.clz32(last));
  }

  /** @param count 0 to 31 */
  read(count: number): number {
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  /** The next bits without taking them. */
  peek(count: number): number {
    const start = this.left - count;
    if (start >= 0) return this.#at(start, count);
    return this.left > 0 ? this.#at(0, this.left) * 2 ** -start : 0;
  }

  #at(start: number, count: number): number {
    const [bytes, index, shift] = [this.#bytes, start >>> 3, start & 7];
    const low = (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8) | ((bytes[index + 2] ?? 0) << 16);
    if (shift + count <= 24) return (low >>> shift) & ((1 << count) - 1);
    const all = low + (bytes[index + 3] ?? 0) * 2 ** 24 + (bytes[index + 4] ?? 0) * 2 ** 32;
    return Math.floor(all / 2 ** shift) % 2 ** count;
  }
}

import { newProbabilities, type RangeDecoder } from './range-decoder.ts';

/** The lengths of matches: short ones by position, long ones all alike. */
export class LengthCoder {
  readonly #choice = newProbabilities(2);
  readonly #low = newProbabilities(16 * 8);
  readonly #middle = newProbabilities(16 * 8);
  readonly #high = newProbabilities(256);

  read(range: RangeDecoder, position: number): number {
    if (range.bit(this.#choice, 0) === 0) return 2 + range.tree(this.#low, position * 8, 3);
    if (range.bit(this.#choice, 1) === 0) return 10 + range.tree(this.#middle, position * 8, 3);
    return 18 + range.tree(this.#high, 0, 8);
  }
}

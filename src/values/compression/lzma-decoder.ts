import type { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { LengthCoder } from './lzma-length.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { newProbabilities, RangeDecoder } from './range-decoder.ts';

const STATES = 12;
const POSITION_STATES = 16;
/** Of how many previous bytes the last decides over the next one's probabilities. */
const LITERAL_CODERS = 0x300;

/** How literals and positions are modelled; one byte in every header. */
export interface LzmaProperties {
  readonly literalContextBits: number;
  readonly literalPositionBits: number;
  readonly positionBits: number;
}

/** @throws DecodeProblem where the byte stands for none */
export function lzmaProperties(byte: number): LzmaProperties {
  if (byte >= 9 * 5 * 5) throw new DecodeProblem('no LZMA data');
  const rest = Math.floor(byte / 9);
  return {
    literalContextBits: byte % 9,
    literalPositionBits: rest % 5,
    positionBits: Math.floor(rest / 5),
  };
}

/** The LZMA decoder with its state, which LZMA2 keeps from chunk to chunk. Source: LZMA specification, Igor Pavlov. */
export class LzmaDecoder {
  readonly #output: OutputBuffer;
  readonly #budget: DecodeBudget;
  #properties: LzmaProperties = { literalContextBits: 0, literalPositionBits: 0, positionBits: 0 };
  #literal = newProbabilities(LITERAL_CODERS);
  #isMatch = newProbabilities(0);
  #isRep = newProbabilities(0);
  #isRepFirst = newProbabilities(0);
  #isRepSecond = newProbabilities(0);
  #isRepThird = newProbabilities(0);
  #isRepLong = newProbabilities(0);
  #slots = newProbabilities(0);
  #special = newProbabilities(0);
  #align = newProbabilities(0);
  #matchLength = new LengthCoder();
  #repLength = new LengthCoder();
  #state = 0;
  #distances: [number, number, number, number] = [0, 0, 0, 0];
  /** Where positions are counted from. */
  #start = 0;

  constructor(output: OutputBuffer, budget: DecodeBudget) {
    this.#output = output;
    this.#budget = budget;
    this.reset();
  }

  /** A new dictionary: positions count from here. */
  resetDictionary(): void {
    this.#start = this.#output.length;
  }

  /** All probabilities as at the beginning. */
  reset(properties = this.#properties): void {
    this.#properties = properties;
    this.#literal = newProbabilities(
      LITERAL_CODERS << (properties.literalContextBits + properties.literalPositionBits),
    );
    this.#isMatch = newProbabilities(STATES * POSITION_STATES);
    this.#isRep = newProbabilities(STATES);
    this.#isRepFirst = newProbabilities(STATES);
    this.#isRepSecond = newProbabilities(STATES);
    this.#isRepThird = newProbabilities(STATES);
    this.#isRepLong = newProbabilities(STATES * POSITION_STATES);
    this.#slots = newProbabilities(4 * 64);
    this.#special = newProbabilities(128);
    this.#align = newProbabilities(16);
    this.#matchLength = new LengthCoder();
    this.#repLength = new LengthCoder();
    this.#state = 0;
    this.#distances = [0, 0, 0, 0];
  }

  /**
   * Decompresses until so many bytes have come, or until the end mark where the number is not known.
   * @throws DecodeProblem
   */
  decode(reader: ByteReader, count: number | undefined): void {
    const range = new RangeDecoder(reader);
    const output = this.#output;
    const end = count === undefined ? Number.POSITIVE_INFINITY : output.length + count;
    const positionMask = (1 << this.#properties.positionBits) - 1;
    while (output.length < end) {
      this.#budget.step();
      const position = (output.length - this.#start) & positionMask;
      const at = this.#state * POSITION_STATES + position;
      if (range.bit(this.#isMatch, at) === 0) this.#readLiteral(range);
      else if (range.bit(this.#isRep, this.#state) === 0) {
        const length = this.#matchLength.read(range, position);
        const distance = this.#readDistance(range, length);
        if (distance === 0xffff_ffff) {
          if (count === undefined) return;
          throw new DecodeProblem('ends too early');
        }
        this.#distances = [distance, this.#distances[0], this.#distances[1], this.#distances[2]];
        this.#state = this.#state < 7 ? 7 : 10;
        output.copy(distance + 1, Math.min(length, end - output.length));
      } else this.#readRepetition(range, position, at, end);
    }
  }

  #readLiteral(range: RangeDecoder): void {
    const { literalContextBits: context, literalPositionBits: bits } = this.#properties;
    const output = this.#output;
    const place = (output.length - this.#start) & ((1 << bits) - 1);
    const previous = output.length > this.#start ? output.back(1) : 0;
    const base = LITERAL_CODERS * ((place << context) + (previous >> (8 - context)));
    let symbol = 1;
    if (this.#state >= 7) {
      if (this.#distances[0] >= output.length)
        throw new DecodeProblem('it refers to bytes before its beginning');
      let matched = output.back(this.#distances[0] + 1);
      while (symbol < 0x100) {
        const matchBit = (matched >> 7) & 1;
        matched = (matched << 1) & 0xff;
        const bit = range.bit(this.#literal, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | range.bit(this.#literal, base + symbol);
    output.byte(symbol & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #readRepetition(range: RangeDecoder, position: number, at: number, end: number): void {
    const [first, second, third, fourth] = this.#distances;
    if (range.bit(this.#isRepFirst, this.#state) === 0) {
      if (range.bit(this.#isRepLong, at) === 0) {
        this.#state = this.#state < 7 ? 9 : 11;
        this.#output.copy(first + 1, 1);
        return;
      }
    } else if (range.bit(this.#isRepSecond, this.#state) === 0) {
      this.#distances = [second, first, third, fourth];
    } else if (range.bit(this.#isRepThird, this.#state) === 0) {
      this.#distances = [third, first, second, fourth];
    } else this.#distances = [fourth, first, second, third];
    const length = this.#repLength.read(range, position);
    this.#state = this.#state < 7 ? 8 : 11;
    this.#output.copy(this.#distances[0] + 1, Math.min(length, end - this.#output.length));
  }

  #readDistance(range: RangeDecoder, length: number): number {
    const lengthState = Math.min(length - 2, 3);
    const slot = range.tree(this.#slots, lengthState * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return high + range.reverseTree(this.#special, high - slot, bits);
    return high + range.direct(bits - 4) * 16 + range.reverseTree(this.#align, 0, 4);
  }
}

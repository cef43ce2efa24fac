/** 4 MB, however many keys there are: of a million, one in six thousand is taken for another one; of four, one in fifty. */
const FILTER_BITS = 2 ** 25;
const PROBES = 4;

/**
 * Keys that were added, in memory that stays the same however many they are: none of them is ever forgotten, and of
 * others ever more are taken for one of them (a Bloom filter). Pure but for what it holds.
 */
export class KeyFilter {
  readonly #words: Uint32Array;
  readonly #bits: number;
  #first = 0;
  #step = 0;

  /** @param bits a multiple of 32 */
  constructor(bits = FILTER_BITS) {
    this.#bits = bits;
    this.#words = new Uint32Array(bits / 32);
  }

  add(key: Buffer): void {
    this.#hash(key);
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = this.#bit(probe);
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
  }

  has(key: Buffer): boolean {
    this.#hash(key);
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = this.#bit(probe);
      if (((this.#words[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  /** Two hashes after FNV-1a, of which as many more are made as are wanted. */
  #hash(key: Buffer): void {
    let first = 0x811c9dc5;
    let second = 0x01000193;
    for (let at = 0; at < key.length; at++) {
      const byte = key[at] ?? 0;
      first = Math.imul(first ^ byte, 0x01000193);
      second = Math.imul(second ^ byte, 0x85ebca6b) + 1;
    }
    // The last bytes have to reach the low bits, too.
    this.#first = first ^ (first >>> 15);
    this.#step = Math.imul(second ^ (second >>> 13), 0xc2b2ae35) | 1;
  }

  #bit(probe: number): number {
    return ((this.#first + Math.imul(probe, this.#step)) >>> 0) % this.#bits;
  }
}

const PAGE_SLOTS = 1024;
/** Beyond this, linear probing gets slow; a slot that is free ends every search. */
const MOST_IN_PAGE = 960;
const GROWTH = 1.25;
/** Pages that are allocated together: 0.4 MB of digests alone. */
const CHUNK_PAGES = 64;

/**
 * Digests, and what is known of each, as numbers of 16 bits in pages of equal size. A page holds a range of
 * digests: where one is full, all are spread over a quarter more of them, in place and from the last to the
 * first. So nothing is ever there twice, and two thirds of the slots at the least are in use. A digest is a
 * number of 16 bits each, and its first three are never all 0.
 */
export class DigestTable {
  /** Digests that are remembered. */
  size = 0;
  readonly #digestWidth: 3 | 4;
  readonly #width: number;
  readonly #mostPages: number;
  readonly #chunks: Uint16Array[] = [];
  #pages = 1;
  #sizes = new Uint16Array(1);
  /** A page of digests that agree in their first bits gets no emptier, however many pages there are. */
  #isFinal = false;
  readonly #scratch: Uint16Array;

  /**
   * @param digestWidth numbers of a digest that are kept and compared
   * @param valueWidth numbers that are kept with it
   * @param mostSlots room; of the slots, some five in six can be in use
   */
  constructor(digestWidth: 3 | 4, valueWidth: number, mostSlots: number) {
    this.#digestWidth = digestWidth;
    this.#width = digestWidth + valueWidth;
    this.#mostPages = Math.max(1, Math.floor(mostSlots / PAGE_SLOTS));
    this.#scratch = new Uint16Array(PAGE_SLOTS * this.#width);
  }

  /** @returns where a digest is, until something is added; -1 where it is not remembered */
  find(digest: Uint16Array): number {
    const slot = this.#search(this.#pageOf(digest, 0), digest, 0);
    return this.#isFree(slot) ? -1 : slot;
  }

  /**
   * Remembers a digest that is not there yet, its values 0.
   * @returns where it is, until something is added; -1 where there is no room for it
   */
  add(digest: Uint16Array): number {
    let page = this.#pageOf(digest, 0);
    while (this.#sizes[page] === MOST_IN_PAGE) {
      if (!this.#grow()) return -1;
      page = this.#pageOf(digest, 0);
    }
    this.size++;
    return this.#put(page, digest, 0, this.#digestWidth);
  }

  /** A value of a digest. */
  read(slot: number, value: number): number {
    return this.#chunkOf(slot)[this.#at(slot) + this.#digestWidth + value] ?? 0;
  }

  write(slot: number, value: number, number: number): void {
    this.#chunkOf(slot)[this.#at(slot) + this.#digestWidth + value] = number;
  }

  /** Sets all values to 0. */
  clearValues(): void {
    for (let slot = 0; slot < this.#pages * PAGE_SLOTS; slot++) {
      const at = this.#at(slot);
      this.#chunkOf(slot).fill(0, at + this.#digestWidth, at + this.#width);
    }
  }

  /** By the first 32 bits, in order: when there are more pages, no digest comes into an earlier one. */
  #pageOf(numbers: Uint16Array, at: number, pages = this.#pages): number {
    const first = (numbers[at] ?? 0) * 2 ** 16 + (numbers[at + 1] ?? 0);
    return Math.floor((first * pages) / 2 ** 32);
  }

  #chunkOf(slot: number): Uint16Array {
    const index = Math.floor(slot / (CHUNK_PAGES * PAGE_SLOTS));
    return (this.#chunks[index] ??= new Uint16Array(CHUNK_PAGES * PAGE_SLOTS * this.#width));
  }

  #at(slot: number): number {
    return (slot % (CHUNK_PAGES * PAGE_SLOTS)) * this.#width;
  }

  #isFree(slot: number): boolean {
    const numbers = this.#chunkOf(slot);
    const at = this.#at(slot);
    return numbers[at] === 0 && numbers[at + 1] === 0 && numbers[at + 2] === 0;
  }

  /** Where the digest that starts there is in its page, or where it would be. */
  #search(page: number, digest: Uint16Array, start: number): number {
    const first = page * PAGE_SLOTS;
    const numbers = this.#chunkOf(first);
    const base = this.#at(first);
    const [d0, d1, d2] = [digest[start] ?? 0, digest[start + 1] ?? 0, digest[start + 2] ?? 0];
    const d3 = this.#digestWidth === 4 ? (digest[start + 3] ?? 0) : undefined;
    let slot = d2 % PAGE_SLOTS;
    for (;;) {
      const at = base + slot * this.#width;
      const n0 = numbers[at];
      if (n0 === d0 && numbers[at + 1] === d1 && numbers[at + 2] === d2) {
        if (d3 === undefined || numbers[at + 3] === d3) break;
      } else if (n0 === 0 && numbers[at + 1] === 0 && numbers[at + 2] === 0) break;
      slot = (slot + 1) % PAGE_SLOTS;
    }
    return first + slot;
  }

  #put(page: number, numbers: Uint16Array, start: number, width: number): number {
    const slot = this.#search(page, numbers, start);
    const to = this.#chunkOf(slot);
    const at = this.#at(slot);
    for (let i = 0; i < width; i++) to[at + i] = numbers[start + i] ?? 0;
    this.#sizes[page] = (this.#sizes[page] ?? 0) + 1;
    return slot;
  }

  /** @returns whether there are more pages now, none of them overfull */
  #grow(): boolean {
    if (this.#isFinal) return false;
    const old = this.#pages;
    const pages = Math.min(this.#mostPages, Math.ceil(old * GROWTH));
    this.#isFinal = pages === old || !this.#fits(pages);
    if (this.#isFinal) return false;
    this.#pages = pages;
    this.#sizes = new Uint16Array(pages);
    for (let page = old - 1; page >= 0; page--) this.#spread(page);
    return true;
  }

  #fits(pages: number): boolean {
    const sizes = new Uint16Array(pages);
    for (let slot = 0; slot < this.#pages * PAGE_SLOTS; slot++) {
      if (this.#isFree(slot)) continue;
      const page = this.#pageOf(this.#chunkOf(slot), this.#at(slot), pages);
      sizes[page] = (sizes[page] ?? 0) + 1;
    }
    return sizes.every((size) => size <= MOST_IN_PAGE);
  }

  /** Empties a page of before, and puts what was in it where it belongs now. */
  #spread(page: number): void {
    const numbers = this.#chunkOf(page * PAGE_SLOTS);
    const start = this.#at(page * PAGE_SLOTS);
    const moved = this.#scratch;
    moved.set(numbers.subarray(start, start + moved.length));
    numbers.fill(0, start, start + moved.length);
    for (let at = 0; at < moved.length; at += this.#width) {
      if (moved[at] === 0 && moved[at + 1] === 0 && moved[at + 2] === 0) continue;
      this.#put(this.#pageOf(moved, at), moved, at, this.#width);
    }
  }
}

/** Numbers of one slot: two of the key's digest, one of the request's, the entry plus one. */
const WIDTH = 4;
const PAGE_SLOTS = 256;
const PAGE_NUMBERS = PAGE_SLOTS * WIDTH;
/** Beyond this, linear probing gets slow; a slot that is free ends every search. */
const MOST_IN_PAGE = 230;
/** Pages that are allocated together: 1 MB. */
const CHUNK_PAGES = 256;
const MOST_PAGES = 8_192;
/** Bits of a digest that may choose the page: more are only needed where somebody made digests that agree. */
const MOST_BITS = 20;

/** What is remembered of a key. */
export interface Remembered {
  readonly request: number;
  readonly entry: number;
}

/**
 * Digests of keys in pages of equal size (extendible hashing): a full page is split in two, and nothing is ever
 * copied as a whole. A table that doubles would need one and a half times as much while it grows, and be half
 * empty afterwards.
 */
export class DigestTable {
  readonly #chunks: Uint32Array[] = [];
  /** The page for the first bits of a digest, as many of them as double it to its length. */
  #directory = new Uint32Array(1);
  #bits = 0;
  /** Of each page: how many of these bits all its digests share, and how many there are. */
  readonly #pageBits = new Uint8Array(MOST_PAGES);
  readonly #pageSizes = new Uint8Array(MOST_PAGES);
  #pages = 1;
  #high = 0;
  #low = 0;

  /** Looks a key up by 64 bits of its digest. */
  find(high: number, low: number): Remembered | undefined {
    this.#high = high;
    this.#low = low;
    const page = this.#pageOf(high);
    const numbers = this.#chunkOf(page);
    const at = slotFor(numbers, firstSlot(page), high, low);
    const entry = numbers[at + 3] ?? 0;
    return entry === 0 ? undefined : { request: numbers[at + 2] ?? 0, entry: entry - 1 };
  }

  /** Remembers the key that was looked up last and not found, as long as there is room. */
  add(request: number, entry: number): void {
    let page = this.#pageOf(this.#high);
    while (this.#pageSizes[page] === MOST_IN_PAGE) {
      if (!this.#split(page)) return;
      page = this.#pageOf(this.#high);
    }
    this.#put(page, this.#high, this.#low, request, entry + 1);
  }

  #pageOf(high: number): number {
    return this.#bits === 0 ? 0 : (this.#directory[high >>> (32 - this.#bits)] ?? 0);
  }

  #chunkOf(page: number): Uint32Array {
    const index = Math.floor(page / CHUNK_PAGES);
    return (this.#chunks[index] ??= new Uint32Array(CHUNK_PAGES * PAGE_NUMBERS));
  }

  #put(page: number, high: number, low: number, request: number, entry: number): void {
    const numbers = this.#chunkOf(page);
    const at = slotFor(numbers, firstSlot(page), high, low);
    numbers[at] = high;
    numbers[at + 1] = low;
    numbers[at + 2] = request;
    numbers[at + 3] = entry;
    this.#pageSizes[page] = (this.#pageSizes[page] ?? 0) + 1;
  }

  /** @returns whether there was room for one page more */
  #split(page: number): boolean {
    const bits = (this.#pageBits[page] ?? 0) + 1;
    if (this.#pages === MOST_PAGES || bits > MOST_BITS) return false;
    if (bits > this.#bits) this.#doubleDirectory();
    const other = this.#pages++;
    this.#pageBits[page] = bits;
    this.#pageBits[other] = bits;
    // A page's places in the directory are neighbours; the new page takes the second half of them.
    const width = 2 ** (this.#bits - bits);
    const second = ((this.#high >>> (32 - this.#bits)) & ~(2 * width - 1)) | width;
    this.#directory.fill(other, second, second + width);
    const start = firstSlot(page);
    const numbers = this.#chunkOf(page);
    const old = numbers.slice(start, start + PAGE_NUMBERS);
    numbers.fill(0, start, start + PAGE_NUMBERS);
    this.#pageSizes[page] = 0;
    for (let at = 0; at < PAGE_NUMBERS; at += WIDTH) {
      const entry = old[at + 3] ?? 0;
      if (entry === 0) continue;
      const high = old[at] ?? 0;
      this.#put(this.#pageOf(high), high, old[at + 1] ?? 0, old[at + 2] ?? 0, entry);
    }
    return true;
  }

  #doubleDirectory(): void {
    const old = this.#directory;
    this.#bits++;
    this.#directory = Uint32Array.from({ length: old.length * 2 }, (_, index) => old[index >>> 1] ?? 0);
  }
}

function firstSlot(page: number): number {
  return (page % CHUNK_PAGES) * PAGE_NUMBERS;
}

/** Where a digest is in its page, or where it would be. */
function slotFor(numbers: Uint32Array, start: number, high: number, low: number): number {
  let slot = low % PAGE_SLOTS;
  for (;;) {
    const at = start + slot * WIDTH;
    if (numbers[at + 3] === 0 || (numbers[at] === high && numbers[at + 1] === low)) return at;
    slot = (slot + 1) % PAGE_SLOTS;
  }
}

import { KeyFilter } from './key-filter.ts';

/**
 * Which keys have come already, in memory that does not grow with them. What a {@link KeyFilter} knows is told apart from
 * what only looks like it by how many have come of each bucket: so whoever walks keys again and leaves out what has
 * come leaves out as many as have come at the most, and of some million keys exactly those.
 */
export class KeyMemory {
  readonly #filter: KeyFilter;
  readonly #came: Int32Array;
  readonly #bits: number | undefined;

  /**
   * @param buckets parts of all keys that are counted one by one
   * @param bits room of the filter, where it is to be another than usual
   */
  constructor(buckets: number, bits?: number) {
    this.#bits = bits;
    this.#filter = new KeyFilter(bits);
    this.#came = new Int32Array(buckets);
  }

  /** A key comes. */
  add(key: Buffer, bucket: number): void {
    this.#came[bucket] = (this.#came[bucket] ?? 0) + 1;
    this.#filter.add(key);
  }

  /** Begins to walk keys again. Gives what tells whether a key is new, which each is once. */
  again(): (key: Buffer, bucket: number) => boolean {
    const left = this.#came.slice();
    const given = new KeyFilter(this.#bits);
    return (key, bucket) => {
      if (given.has(key)) return false;
      const known = left[bucket] ?? 0;
      // Where more seem to have come than have, some only look like others.
      if (known > 0 && this.#filter.has(key)) {
        left[bucket] = known - 1;
        return false;
      }
      given.add(key);
      return true;
    };
  }
}

/** One key of a ranking. */
export interface RankedKey {
  /** A copy of its own. */
  readonly key: Buffer;
  readonly type: number;
  readonly sizeBytes: number;
  /** Bytes of a string, elements of anything else; missing where it was not asked. */
  readonly length?: number;
  /** The counter of an LFU policy; missing where it was not asked. */
  readonly frequency?: number;
  /** Negative where it never expires. */
  readonly ttlMs: number;
}

/** The first so many keys by a measure; `least` tells quickly whether a key has a chance. */
export class Ranking {
  readonly #most: number;
  readonly #measure: (key: RankedKey) => number;
  #keys: RankedKey[] = [];

  constructor(most: number, measure: (key: RankedKey) => number) {
    this.#most = most;
    this.#measure = measure;
  }

  /** What a key must exceed to come in. */
  get least(): number {
    const last = this.#keys[this.#most - 1];
    return last === undefined ? 0 : this.#measure(last);
  }

  /** In order, the largest first. */
  get keys(): readonly RankedKey[] {
    return this.#keys;
  }

  /** Puts a key in its place. One that is there already, because SCAN gave it twice, is replaced. */
  add(key: RankedKey): void {
    if (this.#measure(key) <= this.least) return;
    const others = this.#keys.filter((known) => !known.key.equals(key.key));
    const place = others.findIndex((known) => this.#measure(known) < this.#measure(key));
    others.splice(place === -1 ? others.length : place, 0, key);
    this.#keys = others.slice(0, this.#most);
  }

  /** Takes down how long the keys are, in their order; `undefined` leaves one as it is. */
  setLengths(lengths: readonly (number | undefined)[]): void {
    this.#keys = this.#keys.map((key, index) => {
      const length = lengths[index];
      return length === undefined ? key : { ...key, length };
    });
  }
}

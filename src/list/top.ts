/**
 * The first so many of a stream of any length, by an order; memory is that of twice as many. Pure but for what
 * it holds.
 */
export class Top<Item> {
  readonly #most: number;
  readonly #compare: (a: Item, b: Item) => number;
  #items: Item[] = [];

  /** @param compare negative where the first comes earlier */
  constructor(most: number, compare: (a: Item, b: Item) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  add(item: Item): void {
    this.#items.push(item);
    // Sorting seldom and throwing half away costs a few comparisons for each item.
    if (this.#items.length >= 2 * this.#most + 64) this.#items = [...this.result()];
  }

  /** In order. */
  result(): readonly Item[] {
    return this.#items.sort(this.#compare).slice(0, this.#most);
  }
}

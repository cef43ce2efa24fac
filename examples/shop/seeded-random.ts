/** Repeatable random numbers: the same seed gives the same sequence on every machine. */
export interface SeededRandom {
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  /** One of the items. Throws RangeError where there is none. */
  pick<T>(items: readonly T[]): T;
  /** `count` different items, in random order; all of them where there are fewer. */
  sample<T>(items: readonly T[], count: number): T[];
}

/**
 * Mulberry32: small, fast and good enough for sample data. `Math.random` cannot be seeded.
 * @param seed a whole number; only its lower 32 bits count
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;

  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  function integer(low: number, high: number): number {
    return low + Math.floor(fraction() * (high - low + 1));
  }

  function pick<T>(items: readonly T[]): T {
    const index = integer(0, items.length - 1);
    // `slice` instead of an index: it tells "nothing there" from an item that is undefined.
    for (const item of items.slice(index, index + 1)) return item;
    throw new RangeError('cannot pick from an empty list');
  }

  function sample<T>(items: readonly T[], count: number): T[] {
    const rest = [...items];
    const chosen: T[] = [];
    while (chosen.length < count && rest.length > 0) {
      chosen.push(...rest.splice(integer(0, rest.length - 1), 1));
    }
    return chosen;
  }

  return { integer, pick, sample };
}

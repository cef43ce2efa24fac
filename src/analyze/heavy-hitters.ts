/** One of the names that were counted. */
export interface HeavyHitter {
  readonly name: string;
  readonly count: number;
}

/**
 * The most frequent of a stream of names, in bounded memory: where there are too many, the rarer half is forgotten.
 * A name that is much more frequent than those is never among them; a count may be too low by what was forgotten
 * of it, which is `mostForgotten` at most (lossy counting: Manku and Motwani, 2002).
 */
export class HeavyHitters {
  readonly #most: number;
  #counts = new Map<string, number>();
  #forgotten = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** By how much a count may be too low. */
  get mostForgotten(): number {
    return this.#forgotten;
  }

  add(name: string, times = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
    if (this.#counts.size <= 2 * this.#most) return;
    const ranked = this.#ranked();
    this.#forgotten += ranked[this.#most]?.[1] ?? 0;
    this.#counts = new Map(ranked.slice(0, this.#most));
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** The most frequent first; of equal ones by name. */
  top(most: number): readonly HeavyHitter[] {
    return this.#ranked()
      .slice(0, most)
      .map(([name, count]) => ({ name, count }));
  }

  #ranked(): (readonly [string, number])[] {
    return [...this.#counts].sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1));
  }
}

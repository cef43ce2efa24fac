import type { SelectedBatch } from '../selection/walk.ts';

interface Mark {
  readonly cursor: string;
  done: boolean;
}

/**
 * How far each node is done, while several batches are under way at once: the place moves on only once a batch
 * and all before it are done, so that going on from it misses nothing.
 */
export class Places {
  readonly #marks = new Map<string, Mark[]>();
  readonly #places: Map<string, string>;

  /** @param from where the run itself went on from, by address */
  constructor(from: ReadonlyMap<string, string> = new Map()) {
    this.#places = new Map(from);
  }

  /** A batch is begun; call the result when it is done, and not at all where it failed. */
  begin({ node, cursor }: Pick<SelectedBatch, 'node' | 'cursor'>): () => void {
    if (cursor === undefined) return () => undefined;
    const marks = this.#marks.get(node.address) ?? [];
    this.#marks.set(node.address, marks);
    const mark: Mark = { cursor, done: false };
    marks.push(mark);
    return () => {
      mark.done = true;
      while (marks[0]?.done === true) {
        this.#places.set(node.address, marks[0].cursor);
        marks.shift();
      }
    };
  }

  /** SCAN cursors by address. */
  get cursors(): ReadonlyMap<string, string> {
    return this.#places;
  }
}

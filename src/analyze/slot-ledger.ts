import { SLOT_COUNT } from '../redis/cluster-topology.ts';
import type { SlotWatch } from '../redis/types.ts';

/** Asking for the keys of a slot is one command: more would keep others waiting. */
const MOST_OF_A_SLOT = 10_000;

/**
 * Sees to it that a key of a cluster is counted once, though slots move while all keys are read. A key counts only at
 * the primary that owned its slot at the beginning: so none counts twice, and one that has left that primary before its
 * turn is missing. How many keys of each slot were counted is noted; of a slot that has moved, as many are counted
 * afterwards as are missing. Which of its keys those are nobody knows any more, so some of them stand for them.
 */
export class SlotLedger {
  readonly #watch: SlotWatch;
  readonly #counted = new Int32Array(SLOT_COUNT);

  constructor(watch: SlotWatch) {
    this.#watch = watch;
  }

  /** Whether a key counts at this primary. */
  isOf(primary: string, key: Buffer): boolean {
    return this.#watch.ownerOf(this.#watch.slotOf(key)) === primary;
  }

  counted(key: Buffer): void {
    const slot = this.#watch.slotOf(key);
    this.#counted[slot] = (this.#counted[slot] ?? 0) + 1;
  }

  /**
   * The slots that have moved, and as many of their keys as were not counted.
   * @param lost primaries that were not read to their end: what is missing of theirs is told as such
   * @param accept which keys are counted at all
   */
  async *missing(
    lost: ReadonlySet<string>,
    accept: (key: Buffer) => boolean,
  ): AsyncGenerator<readonly Buffer[], void, void> {
    for (const slot of await this.#watch.moved()) {
      if (lost.has(this.#watch.ownerOf(slot) ?? '')) continue;
      const keys = (await this.#watch.keysOf(slot, MOST_OF_A_SLOT)).filter(accept);
      yield keys.slice(this.#counted[slot] ?? 0);
    }
  }
}

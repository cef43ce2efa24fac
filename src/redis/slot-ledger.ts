import { matchesGlob } from '../keys/pattern.ts';
import { SLOT_COUNT } from './cluster-topology.ts';
import { KeyMemory } from './key-memory.ts';
import type { SlotWatch } from './types.ts';

/** So many keys are asked for by slot at once: more would keep others waiting, and be many to hold. */
const KEYS_AT_ONCE = 10_000;
const SLOTS_AT_ONCE = 256;

/** Which keys are counted at all. */
export interface Countable {
  /** Redis glob over physical keys; every key where it is left out. */
  readonly pattern?: Buffer | undefined;
  readonly accept?: ((key: Buffer) => boolean) | undefined;
}

/**
 * Sees to it that a key of a cluster is counted once, though slots move while all keys are walked. A key counts only at
 * the primary that owned its slot at the beginning: so none counts twice, and one that has left that primary before its
 * turn is missing. Afterwards the keys of slots that have moved are looked at wherever they are now, and those that are
 * missing are given. Memory is the same for any number of keys (see {@link KeyMemory} for what that means).
 */
export class SlotLedger {
  readonly #watch: SlotWatch;
  readonly #countable: Countable;
  readonly #memory = new KeyMemory(SLOT_COUNT);

  constructor(watch: SlotWatch, countable: Countable) {
    this.#watch = watch;
    this.#countable = countable;
  }

  /** Whether a key counts at this primary. */
  isOf(primary: string, key: Buffer): boolean {
    return this.#watch.ownerOf(this.#watch.slotOf(key)) === primary;
  }

  counted(key: Buffer): void {
    this.#memory.add(key, this.#watch.slotOf(key));
  }

  /** The keys of these slots that were not counted, batch by batch; from then on they are. @throws CachectlError */
  async *missing(
    slots: readonly number[],
    signal: AbortSignal,
  ): AsyncGenerator<readonly Buffer[], void, void> {
    const isNew = this.#memory.again();
    const isMissing = (key: Buffer): boolean => this.#counts(key) && isNew(key, this.#watch.slotOf(key));
    const large = new Set<number>();
    for (let start = 0; start < slots.length && !signal.aborted; start += SLOTS_AT_ONCE) {
      const some = slots.slice(start, start + SLOTS_AT_ONCE);
      const sizes = await this.#watch.sizesOf(some);
      for (const group of groupsOf(some, sizes, large)) {
        if (signal.aborted) return;
        const keys = (await this.#watch.keysOf(group)).filter(isMissing);
        if (keys.length > 0) yield keys;
      }
    }
    if (large.size === 0) return;
    // Too many to ask for at once: they are found among all others.
    for await (const keys of this.#watch.scan(large, this.#countable.pattern, signal)) {
      const found = keys.filter((key) => large.has(this.#watch.slotOf(key)) && isMissing(key));
      if (found.length > 0) yield found;
    }
  }

  #counts(key: Buffer): boolean {
    const { pattern, accept } = this.#countable;
    return (pattern === undefined || matchesGlob(pattern, key)) && (accept === undefined || accept(key));
  }
}

/** Slots whose keys can be asked for together. @param large told of those that have too many keys by themselves */
function groupsOf(
  slots: readonly number[],
  sizes: readonly number[],
  large: Set<number>,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let room = 0;
  for (const [index, slot] of slots.entries()) {
    const size = sizes[index] ?? 0;
    if (size === 0) continue;
    if (size > KEYS_AT_ONCE) {
      large.add(slot);
      continue;
    }
    if (size > room) {
      groups.push([]);
      room = KEYS_AT_ONCE;
    }
    groups.at(-1)?.push(slot);
    room -= size;
  }
  return groups;
}

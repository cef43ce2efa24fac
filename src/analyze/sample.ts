/** A part of one server's keys, in SCAN's order. */
export interface ServerPart {
  /** Where it begins. */
  readonly cursor: string;
  /** About how many keys it has; Infinity is all to the end. */
  readonly keys: number;
}

/** All of a server. */
export const WHOLE_SERVER: readonly ServerPart[] = [{ cursor: '0', keys: Infinity }];

/** Parts of a sample: more, in case that neighbours are alike after all, cost more round trips. */
const PARTS = 8;
/** Parts that are long could run into the next one; a single part cannot. */
const MOST_FRACTION = 0.25;

/**
 * The parts of a sample of one server. SCAN goes through the hash table, in which keys lie by a hash that has
 * nothing to do with their names; so some stretches of its way are as good as a draw by chance. Where the cursor's
 * layout is known, they begin at places spread evenly from a random one on; elsewhere there is one, at the start.
 * @param start from 0 up to 1, by chance
 */
export function planSample(
  keyCount: number,
  fraction: number,
  options: { readonly knowsCursor: boolean; readonly start: number },
): readonly ServerPart[] {
  const wanted = Math.ceil(keyCount * fraction);
  if (fraction >= 1) return WHOLE_SERVER;
  if (!options.knowsCursor) return [{ cursor: '0', keys: wanted }];
  const count = fraction > MOST_FRACTION || wanted < PARTS ? 1 : PARTS;
  return Array.from({ length: count }, (_, index) => ({
    cursor: cursorAt((index + options.start) / count),
    keys: Math.ceil(wanted / count),
  }));
}

/**
 * The cursor at a place of SCAN's way, from 0 to 1. It counts from the highest bit of the table's index to the
 * lowest, so that the bits of the place come in reverse (see dictScan in Redis' dict.c).
 */
export function cursorAt(place: number): string {
  let rest = place;
  let cursor = 0n;
  for (let bit = 0n; bit < 48n; bit++) {
    rest *= 2;
    if (rest >= 1) {
      cursor |= 1n << bit;
      rest -= 1;
    }
  }
  return cursor.toString();
}

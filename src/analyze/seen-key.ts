/** What the server said about one key. One object is used for all of them: take what is needed, at once. */
export interface SeenKey {
  /** Index in {@link TYPES}. */
  type: number;
  /** Milliseconds left; negative where the key never expires. */
  ttlMs: number;
  /** Of memory; 0 where it was not asked. */
  sizeBytes: number;
  /** Since the last use; negative where it was not asked. */
  idleSeconds: number;
  /** The counter of an LFU policy; negative where it was not asked. */
  frequency: number;
  /** About how many uses that counter stands for. */
  uses: number;
}

/** The types of keys, in the order in which they are asked for. What a module adds is one of the last. */
export const TYPES = ['string', 'hash', 'list', 'set', 'zset', 'stream', 'other'] as const;

/** The type that stands for all that are not known. */
export const OTHER_TYPE = TYPES.length - 1;

/** Bounds of a class of durations, in ms, the lower one included. */
export interface DurationClass {
  readonly name: string;
  readonly fromMs: number;
  readonly belowMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function classesOf(bounds: readonly (readonly [name: string, belowMs: number])[]): readonly DurationClass[] {
  return bounds.map(([name, belowMs], index) => ({ name, fromMs: bounds[index - 1]?.[1] ?? 0, belowMs }));
}

/** How long keys still live, where they expire at all. */
export const LIFE_CLASSES: readonly DurationClass[] = classesOf([
  ['under 1m', MINUTE],
  ['1m to 5m', 5 * MINUTE],
  ['5m to 15m', 15 * MINUTE],
  ['15m to 1h', HOUR],
  ['1h to 6h', 6 * HOUR],
  ['6h to 1d', DAY],
  ['1d to 7d', 7 * DAY],
  ['7d to 30d', 30 * DAY],
  ['30d or more', Infinity],
]);

/** For how long keys have not been used. */
export const IDLE_CLASSES: readonly DurationClass[] = classesOf([
  ['under 1m', MINUTE],
  ['1m to 1h', HOUR],
  ['1h to 1d', DAY],
  ['1d to 7d', 7 * DAY],
  ['7d to 30d', 30 * DAY],
  ['30d or more', Infinity],
]);

/** The index of a duration's class. @param ms not negative */
export function classOf(classes: readonly DurationClass[], ms: number): number {
  let index = 0;
  while (index < classes.length - 1 && ms >= (classes[index]?.belowMs ?? Infinity)) index++;
  return index;
}

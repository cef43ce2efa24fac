import type { GroupOf } from '../keys/group-of.ts';
import type { Layout } from '../keys/layout.ts';
import { Figures } from './figures.ts';
import { FIRST_COUNTER, type UseTable } from './frequency.ts';
import { KeyFolder } from './fold.ts';
import { PatternTree } from './pattern-tree.ts';
import { Ranking } from './ranking.ts';
import { classOf, IDLE_CLASSES, LIFE_CLASSES, OTHER_TYPE, TYPES, type SeenKey } from './seen-key.ts';

/** What a tally tells apart. */
export interface TallySettings {
  readonly layout: Layout;
  readonly separators: Uint8Array;
  /** Groups of the spec file, in its order, and which of them a physical key is of. */
  readonly groups: { readonly names: readonly string[]; readonly groupOf: GroupOf };
  /** What the counters of an LFU policy stand for, where they are asked. */
  readonly uses: UseTable | undefined;
  /** How many of the biggest keys are named. */
  readonly top: number;
}

/** The least memory that an element of a collection takes: a small integer in a listpack or an intset. */
const LEAST_ELEMENT_BYTES = 2;
/** Smaller collections are not worth a further question, however many elements they have. */
const SMALLEST_LONG_BYTES = 512;

/** A key whose elements may be worth counting. */
export interface LengthCandidate {
  readonly key: Buffer;
  readonly seen: SeenKey;
}

/**
 * Counts keys while they stream by: by pattern, group, type, life and idle time. Its memory has a bound, and
 * nothing is kept of a key but where it is an example or one of the biggest.
 */
export class Tally {
  readonly total = new Figures();
  readonly tree: PatternTree;
  readonly groups: ReadonlyMap<string, Figures>;
  /** Keys of none of the groups. */
  readonly unclassified = new Figures();
  /** Keys that are not of the layout. */
  readonly foreign = new Figures();
  readonly types = TYPES.map(() => new Figures());
  readonly lives = LIFE_CLASSES.map(() => new Figures());
  readonly idles = IDLE_CLASSES.map(() => new Figures());
  readonly biggest: Ranking;
  readonly longest: Ranking;
  /** By the counters of an LFU policy; none whose counter is a new key's. */
  readonly mostUsed: Ranking;
  /** Keys that were gone by the time they were asked about. */
  vanished = 0;
  readonly #folder: KeyFolder;
  readonly #settings: TallySettings;
  readonly #isPlain: boolean;
  #candidates: LengthCandidate[] = [];

  constructor(settings: TallySettings) {
    const { layout, separators, groups, top } = settings;
    this.#settings = settings;
    this.#folder = new KeyFolder(separators);
    this.tree = new PatternTree(this.#folder);
    this.groups = new Map(groups.names.map((name) => [name, new Figures()]));
    this.biggest = new Ranking(top, ({ sizeBytes }) => sizeBytes);
    this.longest = new Ranking(top, ({ length = 0 }) => length);
    this.mostUsed = new Ranking(top, ({ frequency = 0 }) => frequency);
    // Then every key is its own logical one, and no slice has to be made of it.
    this.#isPlain = layout.toLogical(Buffer.alloc(0)) !== undefined && layout.prefix.length === 0;
  }

  /**
   * Counts the physical key that stands in `bytes` from `start` to before `end`.
   * @param nowMs since the epoch; read for each batch, since asking for the time costs as much as the rest
   */
  add(seen: SeenKey, nowMs: number, bytes: Buffer, start: number, end: number): void {
    const { ttlMs, idleSeconds, type, sizeBytes, frequency } = seen;
    if (frequency > FIRST_COUNTER) {
      seen.uses = this.usesOf(frequency);
      if (frequency > this.mostUsed.least)
        this.mostUsed.add({
          key: Buffer.from(bytes.subarray(start, end)),
          type,
          sizeBytes,
          ttlMs,
          frequency,
        });
    }
    this.total.add(seen, bytes, start, end);
    this.types[type]?.add(seen, bytes, start, end);
    if (ttlMs >= 0) this.lives[classOf(LIFE_CLASSES, ttlMs)]?.add(seen, bytes, start, end);
    if (idleSeconds >= 0)
      this.idles[classOf(IDLE_CLASSES, 1_000 * idleSeconds)]?.add(seen, bytes, start, end);
    if (this.groups.size > 0) this.#groupOf(bytes.subarray(start, end)).add(seen, bytes, start, end);
    this.#addPattern(seen, nowMs, bytes, start, end);
    if (sizeBytes > this.biggest.least)
      this.biggest.add({ key: Buffer.from(bytes.subarray(start, end)), type, sizeBytes, ttlMs });
    // Strings are as long as they are big; where memory is unknown, so is who might be long.
    if (type > 0 && type < OTHER_TYPE && sizeBytes >= SMALLEST_LONG_BYTES && this.#mayBeLong(sizeBytes))
      this.#candidates.push({ key: Buffer.from(bytes.subarray(start, end)), seen: { ...seen } });
  }

  #addPattern(seen: SeenKey, nowMs: number, bytes: Buffer, start: number, end: number): void {
    let from = start;
    if (!this.#isPlain) {
      const logical = this.#settings.layout.toLogical(bytes.subarray(start, end));
      if (logical === undefined) {
        this.foreign.add(seen, bytes, start, end);
        return;
      }
      // All layouts have what is logical at the end.
      from = end - logical.length;
    }
    this.#folder.fold(bytes, from, end);
    this.tree.find().addKey(seen, nowMs, bytes, start, end);
  }

  /** About how many uses a counter of an LFU policy stands for. */
  usesOf(frequency: number): number {
    return this.#settings.uses?.[frequency] ?? 0;
  }

  #groupOf(physical: Buffer): Figures {
    const name = this.#settings.groups.groupOf(physical);
    return (name === undefined ? undefined : this.groups.get(name)) ?? this.unclassified;
  }

  #mayBeLong(sizeBytes: number): boolean {
    return sizeBytes > LEAST_ELEMENT_BYTES * this.longest.least;
  }

  /** Keys that may be among the longest, since it was asked last. */
  takeCandidates(): readonly LengthCandidate[] {
    if (this.#candidates.length === 0) return this.#candidates;
    const found = this.#candidates.filter(({ seen }) => this.#mayBeLong(seen.sizeBytes));
    this.#candidates = [];
    return found;
  }
}

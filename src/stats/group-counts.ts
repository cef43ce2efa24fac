import type { GroupTerm } from '../assertions/cache-terms.ts';
import type { GroupOf } from '../keys/group-of.ts';
import type { Expiries } from './expiries.ts';
import { perSecond } from './figures.ts';

/** More groups than this are counted together: keys without any structure must not fill the memory. */
const MOST_GROUPS = 1_000;

/** What was counted of one group. */
export interface GroupFigures {
  /** `null`: keys of no group. */
  readonly name: string | null;
  readonly reads: number;
  readonly misses: number;
  readonly keys: number;
  readonly keysWithoutTtl: number;
  readonly memoryBytes: number;
  readonly expiries: Expiries;
}

/** A group while it is counted. */
export type Counts = { -readonly [Field in keyof Omit<GroupFigures, 'name'>]: GroupFigures[Field] };

/** Counts by group while keys stream by; its memory has a bound. */
export class GroupCounts {
  readonly #groupOf: GroupOf;
  readonly #byName = new Map<string | null, Counts>();
  #isFull = false;

  /** @param names groups that are shown even where nothing is counted */
  constructor(groupOf: GroupOf, names: readonly string[]) {
    this.#groupOf = groupOf;
    for (const name of names) this.#byName.set(name, noCounts());
  }

  /** Whether there were more groups than are told apart. */
  get isFull(): boolean {
    return this.#isFull;
  }

  of(physical: Buffer): Counts {
    let name = this.#groupOf(physical) ?? null;
    let counts = this.#byName.get(name);
    if (counts === undefined && this.#byName.size >= MOST_GROUPS) {
      this.#isFull = true;
      name = null;
      counts = this.#byName.get(name);
    }
    if (counts === undefined) {
      counts = noCounts();
      this.#byName.set(name, counts);
    }
    return counts;
  }

  /** The groups, the most read and then the biggest first, what is of no group last. */
  figures(): readonly GroupFigures[] {
    return [...this.#byName]
      .map(([name, counts]) => ({ name, ...counts }))
      .sort(
        (a, b) =>
          Number(a.name === null) - Number(b.name === null) ||
          b.reads - a.reads ||
          b.keys - a.keys ||
          (a.name ?? '').localeCompare(b.name ?? ''),
      );
  }
}

function noCounts(): Counts {
  return { reads: 0, misses: 0, keys: 0, keysWithoutTtl: 0, memoryBytes: 0, expiries: new Map() };
}

/** What has been found out about groups. */
export interface GroupReport {
  readonly groups: readonly GroupFigures[];
  /** How reads were heard; missing where hit rates were not asked for. */
  readonly capture: GroupCapture | undefined;
  /** Whether the keys were counted, and for how long that took. */
  readonly counted: { readonly elapsedMs: number; readonly keys: number } | undefined;
  /** There were more groups than are told apart: the rest is with what is of no group. */
  readonly isFull: boolean;
}

/** A capture as the report tells of it. */
export interface GroupCapture {
  readonly seconds: number;
  readonly endedBy: 'time' | 'events' | 'interruption';
  readonly events: number;
  /** Reads and misses that were heard, in all databases, and what the servers themselves counted meanwhile. */
  readonly heard: { readonly reads: number; readonly misses: number };
  readonly counted: { readonly reads: number; readonly misses: number };
}

/** By how much what was heard differs from what the servers counted, in percent; `null` where nothing was read. */
export function deviationPercent({ heard, counted }: GroupCapture): number | null {
  if (counted.reads === 0) return heard.reads === 0 ? 0 : null;
  return Math.round(((heard.reads - counted.reads) / counted.reads) * 10_000) / 100;
}

/** One metric of a group; `null` where it was not measured, or there is nothing to divide by. */
export function readGroup(
  group: GroupFigures,
  term: GroupTerm,
  report: Pick<GroupReport, 'capture' | 'counted'>,
): number | null {
  const { capture, counted } = report;
  const heard = (value: number): number | null => (capture === undefined ? null : value);
  const seen = (value: number): number | null => (counted === undefined ? null : value);
  switch (term) {
    case 'hit_rate':
      return capture === undefined ? null : percent(group.reads - group.misses, group.reads);
    case 'hits':
      return heard(group.reads - group.misses);
    case 'misses':
      return heard(group.misses);
    case 'reads_per_second':
      return capture === undefined ? null : perSecond(group.reads, capture.seconds);
    case 'keys':
      return seen(group.keys);
    case 'keys_without_ttl':
      return seen(group.keysWithoutTtl);
    case 'share_without_ttl':
      return counted === undefined ? null : percent(group.keysWithoutTtl, group.keys);
    case 'memory':
      return seen(group.memoryBytes);
  }
}

function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1_000) / 10;
}

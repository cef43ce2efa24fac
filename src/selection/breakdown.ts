import type { Layout } from '../keys/layout.ts';
import { decodeUtf8, quoteBytes } from '../keys/printable.ts';
import { SEPARATORS } from '../keys/separators.ts';
import type { KeyFacts } from './facts.ts';

/** What a set of keys is made of. */
export interface Breakdown {
  /** Keys by what stands before the first separator, the separator included; the largest first. */
  readonly segments: readonly Share[];
  /** Of the keys that were looked at. */
  readonly types: readonly Share[];
  readonly lives: readonly Share[];
  /** Keys that were asked for type, life and size. */
  readonly lookedAt: number;
  /** Their memory, in bytes. */
  readonly lookedAtBytes: number;
}

/** A part of the keys. */
export interface Share {
  readonly name: string;
  readonly keys: number;
}

const IS_SEPARATOR = new Set(SEPARATORS);
/** More first segments than this are counted together: keys without any structure must not fill the memory. */
const MOST_SEGMENTS = 1_000;
const OTHER = 'other';
const NO_SEGMENT = 'no segment';

/** The bounds of the life classes, in milliseconds, in rising order. */
const LIVES: readonly (readonly [name: string, belowMs: number])[] = [
  ['under 1m', 60_000],
  ['under 10m', 600_000],
  ['under 1h', 3_600_000],
  ['under 1d', 86_400_000],
  ['under 7d', 604_800_000],
  ['7d or more', Infinity],
];
/** The classes of {@link lifeClass}, in the order in which they are shown. */
export const LIFE_CLASSES: readonly string[] = ['no TTL', ...LIVES.map(([name]) => name)];

/** The class of a life; `undefined` is a key that never expires. */
export function lifeClass(ttlMs: number | undefined): string {
  if (ttlMs === undefined) return 'no TTL';
  // A day that was given just now is under a day a moment later.
  return LIVES.find(([, belowMs]) => ttlMs <= belowMs)?.[0] ?? '7d or more';
}

/** Counts keys while they stream by; its memory has a bound. */
export class BreakdownCounter {
  readonly #layout: Layout;
  readonly #segments = new Map<string, number>();
  readonly #types = new Map<string, number>();
  readonly #lives = new Map<string, number>();
  #lookedAt = 0;
  #lookedAtBytes = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Counts a key's name. */
  name(physical: Buffer): void {
    const segment = firstSegment(this.#layout.toLogical(physical) ?? physical);
    const isNew = !this.#segments.has(segment);
    add(this.#segments, isNew && this.#segments.size >= MOST_SEGMENTS ? OTHER : segment);
  }

  /** Counts what a key is. */
  facts(facts: KeyFacts): void {
    this.#lookedAt++;
    this.#lookedAtBytes += facts.sizeBytes ?? 0;
    add(this.#types, facts.type ?? 'unknown');
    add(this.#lives, lifeClass(facts.ttlMs));
  }

  result(): Breakdown {
    const lives = LIFE_CLASSES.map((name) => ({ name, keys: this.#lives.get(name) ?? 0 }));
    return {
      segments: ranked(this.#segments, segmentName),
      types: ranked(this.#types),
      lives: lives.filter(({ keys }) => keys > 0),
      lookedAt: this.#lookedAt,
      lookedAtBytes: this.#lookedAtBytes,
    };
  }
}

/** Latin-1, so that any bytes make a name of their own. */
function firstSegment(logical: Buffer): string {
  const end = logical.findIndex((byte) => IS_SEPARATOR.has(byte));
  return end === -1 ? NO_SEGMENT : logical.toString('latin1', 0, end + 1);
}

/** Of {@link firstSegment}, for people and for JSON: its text, or quoted where it is not UTF-8. */
function segmentName(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  return decodeUtf8(bytes) ?? quoteBytes(bytes);
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function ranked(
  counts: ReadonlyMap<string, number>,
  shown: (name: string) => string = (name) => name,
): readonly Share[] {
  return Array.from(counts, ([name, keys]) => ({ name: shown(name), keys })).sort(
    (a, b) => b.keys - a.keys || (a.name < b.name ? -1 : 1),
  );
}

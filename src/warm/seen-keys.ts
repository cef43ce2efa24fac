import type { EntrySpec } from '../config/spec.ts';
import { DigestTable } from './digest-table.ts';
import { keyDigest, type KeyDigest } from './key-digest.ts';
import type { Target } from './target.ts';

/** What is known of a target's key in this run. */
export type KeyVerdict =
  | { readonly kind: 'new' }
  /** The same request for the same key came before: nothing more to do. */
  | { readonly kind: 'same' }
  /** Another request for the same key came before, from this entry. */
  | { readonly kind: 'conflict'; readonly entry: EntrySpec };

/** What a target's key is looked up by. */
export type KeyedTarget = Pick<Target, 'physicalKey' | 'url' | 'headers' | 'entry'>;

/** Whoever knows which keys were there before. */
export interface KeyCheck {
  /** Looks a target's key up, and remembers it where it is new. */
  readonly check: (target: KeyedTarget) => KeyVerdict;
}

const NEW: KeyVerdict = { kind: 'new' };
const SAME: KeyVerdict = { kind: 'same' };

/** 16 bytes each: 32 MB. */
const MOST_SLOTS = 2 ** 21;
/** Of the request's digest, high and low; of the entry's number, counted from 1. */
const [REQUEST, ENTRY, WIDTH] = [0, 2, 4] as const;

/**
 * The keys of one run and what is requested for each, as digests: 16 bytes in a table that is two thirds full
 * at the least, 32 MB for all of them. A key for which there is no room is not remembered: should it come twice,
 * it is requested twice, and the last answer stays. Of a million keys, two are mistaken for one another once in
 * thirty million runs.
 */
export class SeenKeys implements KeyCheck {
  readonly #table = new DigestTable(4, WIDTH, MOST_SLOTS);
  readonly #entries: EntrySpec[] = [];
  readonly #numbers = new Map<EntrySpec, number>();
  readonly #digest: KeyDigest;
  #onlyExpected = false;

  constructor(digest: KeyDigest = keyDigest) {
    this.#digest = digest;
  }

  /** From now on, no other keys than those that were expected are remembered: the others come once. */
  expect(target: Pick<KeyedTarget, 'physicalKey'>): void {
    this.#onlyExpected = true;
    const digest = this.#digest(target.physicalKey);
    if (this.#table.find(digest) === -1) this.#table.add(digest);
  }

  /** Forgets which keys came, and begins anew; what was expected stays. */
  restart(): void {
    this.#table.clearValues();
  }

  check(target: KeyedTarget): KeyVerdict {
    const table = this.#table;
    const digest = this.#digest(target.physicalKey);
    let slot = table.find(digest);
    if (slot === -1) {
      if (this.#onlyExpected) return NEW;
      slot = table.add(digest);
      if (slot === -1) return NEW;
    }
    const request = requestDigest(target);
    const number = readLong(table, slot, ENTRY);
    const entry = this.#entries[number - 1];
    if (entry === undefined) {
      writeLong(table, slot, REQUEST, request);
      writeLong(table, slot, ENTRY, this.#numberOf(target.entry));
      return NEW;
    }
    return readLong(table, slot, REQUEST) === request ? SAME : { kind: 'conflict', entry };
  }

  #numberOf(entry: EntrySpec): number {
    const known = this.#numbers.get(entry);
    if (known !== undefined) return known;
    const number = this.#entries.push(entry);
    this.#numbers.set(entry, number);
    return number;
  }
}

/** 6 bytes each: 32 MB. */
const MOST_LOOKED_AT = 5.5 * 2 ** 20;

/**
 * The first look at all keys of a plan: 6 bytes of each key's digest in a table that is two thirds full at the
 * least. They do not tell whether a key has been there, only whether it may have: so whatever comes again,
 * or seems to, counts as seen, and a second look, with {@link repeated}, decides. That the first look leaves out
 * too much and never too little is what makes the second one see no key that the first did not, limits or not.
 */
export class FirstLook implements KeyCheck {
  readonly #table = new DigestTable(3, 0, MOST_LOOKED_AT);
  readonly #digest: KeyDigest;
  #repeated: SeenKeys | undefined;

  constructor(digest: KeyDigest = keyDigest) {
    this.#digest = digest;
  }

  /** The keys that have to be looked at again, nearly always none. */
  get repeated(): SeenKeys | undefined {
    return this.#repeated;
  }

  check(target: KeyedTarget): KeyVerdict {
    const digest = this.#digest(target.physicalKey);
    if (this.#table.find(digest) === -1) {
      this.#table.add(digest);
      return NEW;
    }
    this.#repeated ??= new SeenKeys();
    this.#repeated.expect(target);
    return SAME;
  }
}

function readLong(table: DigestTable, slot: number, value: number): number {
  return table.read(slot, value) * 2 ** 16 + table.read(slot, value + 1);
}

function writeLong(table: DigestTable, slot: number, value: number, number: number): void {
  table.write(slot, value, number >>> 16);
  table.write(slot, value + 1, number & 0xffff);
}

/** FNV-1a over 32 bits: it only tells apart requests for one and the same key, and costs a tenth of SHA-1. */
function requestDigest({ url, headers }: Pick<Target, 'url' | 'headers'>): number {
  let digest = addText(0x811c9dc5, url);
  for (const name in headers) digest = addText(addText(digest, `\n${name}`), `: ${headers[name] ?? ''}`);
  return digest >>> 0;
}

function addText(digest: number, text: string): number {
  let sum = digest;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum;
}

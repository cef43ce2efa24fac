import { hash } from 'node:crypto';
import type { EntrySpec } from '../config/spec.ts';
import type { Target } from './target.ts';

/** What is known of a target's key in this run. */
export type KeyVerdict =
  | { readonly kind: 'new' }
  /** The same request for the same key came before: nothing more to do. */
  | { readonly kind: 'same' }
  /** Another request for the same key came before, from this entry. */
  | { readonly kind: 'conflict'; readonly entry: EntrySpec };

/** Numbers of one place in the table: two of the key's digest, one of the request's, the entry plus one. */
const WIDTH = 4;
const FIRST_SLOTS = 1_024;
const MOST_SLOTS = 2 ** 21;
/** Beyond this, linear probing gets slow. */
const FULLEST = 0.7;

/**
 * The keys of one run and what is requested for each, as digests in one table of numbers: 32 MB for the
 * 1.4 million keys that it remembers at most. A key met later is not remembered: should it come twice, it is
 * requested twice, and the last answer stays. Of a million keys, two are mistaken for one another once in
 * thirty million runs.
 */
export class SeenKeys {
  #table = new Uint32Array(FIRST_SLOTS * WIDTH);
  #size = 0;
  readonly #entries: EntrySpec[] = [];
  readonly #numbers = new Map<EntrySpec, number>();

  /** Looks a target's key up, and remembers it where it is new. */
  check(target: Pick<Target, 'physicalKey' | 'url' | 'headers' | 'entry'>): KeyVerdict {
    // As text of one character a byte: to make a Buffer of it takes twice as long as the digest.
    const digest = hash('sha1', target.physicalKey, 'binary');
    const request = requestDigest(target);
    const high = numberAt(digest, 0);
    const low = numberAt(digest, 4);
    const place = this.#find(high, low);
    const known = this.#table[place + 3] ?? 0;
    if (known === 0) {
      this.#add(place, [high, low, request, this.#numberOf(target.entry) + 1]);
      return { kind: 'new' };
    }
    const entry = this.#entries[known - 1];
    if (this.#table[place + 2] === request || entry === undefined) return { kind: 'same' };
    return { kind: 'conflict', entry };
  }

  /** Where a key is, or where it would be. */
  #find(high: number, low: number): number {
    const table = this.#table;
    const slots = table.length / WIDTH;
    let place = (high & (slots - 1)) * WIDTH;
    while (table[place + 3] !== 0 && (table[place] !== high || table[place + 1] !== low)) {
      place = (place + WIDTH) % table.length;
    }
    return place;
  }

  #add(place: number, numbers: readonly [number, number, number, number]): void {
    const slots = this.#table.length / WIDTH;
    if (this.#size < slots * FULLEST) {
      this.#table.set(numbers, place);
      this.#size++;
      return;
    }
    if (slots === MOST_SLOTS) return;
    this.#grow();
    this.#add(this.#find(numbers[0], numbers[1]), numbers);
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    for (let place = 0; place < old.length; place += WIDTH) {
      if (old[place + 3] === 0) continue;
      const to = this.#find(old[place] ?? 0, old[place + 1] ?? 0);
      for (let i = 0; i < WIDTH; i++) this.#table[to + i] = old[place + i] ?? 0;
    }
  }

  #numberOf(entry: EntrySpec): number {
    const known = this.#numbers.get(entry);
    if (known !== undefined) return known;
    const number = this.#entries.push(entry) - 1;
    this.#numbers.set(entry, number);
    return number;
  }
}

/** Four bytes of a binary text as one number. */
function numberAt(text: string, at: number): number {
  let number = 0;
  for (let i = 0; i < 4; i++) number = number * 256 + text.charCodeAt(at + i);
  return number;
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

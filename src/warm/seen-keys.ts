import { hash } from 'node:crypto';
import type { EntrySpec } from '../config/spec.ts';
import { DigestTable } from './digest-table.ts';
import type { Target } from './target.ts';

/** What is known of a target's key in this run. */
export type KeyVerdict =
  | { readonly kind: 'new' }
  /** The same request for the same key came before: nothing more to do. */
  | { readonly kind: 'same' }
  /** Another request for the same key came before, from this entry. */
  | { readonly kind: 'conflict'; readonly entry: EntrySpec };

/**
 * The keys of one run and what is requested for each, as digests: 26 bytes for a key, and 32 MB for the
 * 1.3 million keys that it remembers at most. A key met later is not remembered: should it come twice, it is
 * requested twice, and the last answer stays. Of a million keys, two are mistaken for one another once in
 * thirty million runs.
 */
export class SeenKeys {
  readonly #table = new DigestTable();
  readonly #entries: EntrySpec[] = [];
  readonly #numbers = new Map<EntrySpec, number>();

  /** Looks a target's key up, and remembers it where it is new. */
  check(target: Pick<Target, 'physicalKey' | 'url' | 'headers' | 'entry'>): KeyVerdict {
    // As text of one character a byte: to make a Buffer of it takes twice as long as the digest.
    const digest = hash('sha1', target.physicalKey, 'binary');
    const request = requestDigest(target);
    const table = this.#table;
    const known = table.find(numberAt(digest, 0), numberAt(digest, 4));
    if (known === undefined) {
      table.add(request, this.#numberOf(target.entry));
      return { kind: 'new' };
    }
    const entry = this.#entries[known.entry];
    if (known.request === request || entry === undefined) return { kind: 'same' };
    return { kind: 'conflict', entry };
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

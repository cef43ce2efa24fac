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

/** Some 46 MB (measured). A key met later is not remembered: should it come twice, it is requested twice, and the last answer stays. */
const MOST_REMEMBERED = 200_000;

/** The keys of one run and what is requested for each, as digests, so that memory has a bound. */
export class SeenKeys {
  readonly #seen = new Map<string, { readonly request: string; readonly entry: EntrySpec }>();

  /** Looks a target's key up, and remembers it where it is new. */
  check(target: Target): KeyVerdict {
    const key = hash('sha1', target.physicalKey, 'base64');
    const request = hash('sha1', JSON.stringify([target.url, Object.entries(target.headers)]), 'base64');
    const known = this.#seen.get(key);
    if (known === undefined) {
      if (this.#seen.size < MOST_REMEMBERED) this.#seen.set(key, { request, entry: target.entry });
      return { kind: 'new' };
    }
    return known.request === request ? { kind: 'same' } : { kind: 'conflict', entry: known.entry };
  }
}

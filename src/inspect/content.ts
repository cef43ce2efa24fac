import type { KeyExplanation } from '../keys/explanation.ts';
import type { ShownValue } from '../values/shown-value.ts';
import type { NamespaceVersion } from './namespace-versions.ts';
import type { Place } from './place.ts';
import type { Warmed } from './warmed.ts';

/**
 * What is stored under a key, as far as it was read; the whole length stands beside it. Values are as they
 * were read at first, and ready to be shown later.
 */
export type Content<Value = ShownValue> =
  | { readonly kind: 'string'; readonly value: Value }
  | { readonly kind: 'hash'; readonly items: readonly HashField<Value>[] }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'set'; readonly items: readonly Value[] }
  | { readonly kind: 'zset'; readonly items: readonly ScoredItem<Value>[] }
  | { readonly kind: 'stream'; readonly items: readonly StreamEntry<Value>[] };

/** One field of a hash or of a stream's entry. */
export interface HashItem<Value = ShownValue> {
  readonly field: Buffer;
  readonly value: Value;
}

/** One field of a hash, which may have a life of its own where the server knows of that. */
export interface HashField<Value = ShownValue> extends HashItem<Value> {
  /** `undefined` where the field lives as long as its key. */
  readonly ttlMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number | undefined;
}

/** One member of a sorted set; the score as Redis writes it, which is exact. */
export interface ScoredItem<Value = ShownValue> {
  readonly member: Value;
  readonly score: string;
}

/** One entry of a stream: its ID and its fields, in their order, with repetitions. */
export interface StreamEntry<Value = ShownValue> {
  readonly id: string;
  readonly fields: readonly HashItem<Value>[];
}

/** All that is known of one key. What the server refused or does not have is `undefined`. */
export type KeyState<Value = ShownValue> =
  | { readonly exists: false }
  | {
      readonly exists: true;
      /** As TYPE says it; modules have types of their own. */
      readonly type: string;
      /** `undefined` where the key never expires. */
      readonly ttlMs: number | undefined;
      /** Milliseconds since the epoch. */
      readonly expiresAtMs: number | undefined;
      readonly encoding: string | undefined;
      /** Bytes of a string, items of anything else. */
      readonly length: number | undefined;
      readonly memoryBytes: number | undefined;
      /** Only where the server keeps the time of the last use. */
      readonly idleSeconds: number | undefined;
      /** Only where the server's eviction policy is an LFU one: the logarithmic counter, 0 to 255. */
      readonly frequency: number | undefined;
      /** `undefined` where it was not asked for, or of a type that only its module can read. */
      readonly content: Content<Value> | undefined;
    };

/** A key with what is known of it. */
export interface InspectedKey {
  readonly logical: Buffer;
  readonly physical: Buffer;
  /** `undefined` where the key is not of the layout. */
  readonly explanation: KeyExplanation | undefined;
  readonly place: Place | undefined;
  /** `undefined` where `warm` did not fill it, or kept nothing beside it. */
  readonly warmed: Warmed | undefined;
  /** Of the namespaces whose versions the key carries; none for most keys. */
  readonly namespaces: readonly NamespaceVersion[];
  /** Those of `warm` and `tags add`. Untrusted text. */
  readonly tags: readonly string[];
  readonly state: KeyState;
}

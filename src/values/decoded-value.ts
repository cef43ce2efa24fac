import type { PlainValue } from './plain-value.ts';

/** What a value turned out to be at the end of its chain. */
export type DecodedContent =
  | { readonly kind: 'tree'; readonly value: PlainValue }
  /** `text` is the value's own, not yet safe to show. */
  | { readonly kind: 'json' | 'integer' | 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

/** Something that an envelope says about the value inside of it: `expires`, `version`. */
export interface Fact {
  readonly name: string;
  /** Not yet safe to show. */
  readonly text: string;
}

/** A value with how it was read. */
export interface DecodedValue {
  /** From the outside to the inside: `["zlib", "pickle"]`; empty for bytes that are nothing known. */
  readonly chain: readonly string[];
  readonly content: DecodedContent;
  readonly facts: readonly Fact[];
  /** What could not be read, and why. */
  readonly warnings: readonly string[];
}

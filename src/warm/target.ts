import type { EntrySpec } from '../config/spec.ts';
import type { Layout } from '../keys/layout.ts';
import type { Traffic } from './sources/source.ts';

/** One entry with all its variables filled in: one request, one key. */
export interface Target {
  readonly scope: string;
  readonly entry: EntrySpec;
  /** Logical. */
  readonly key: string;
  /** Under which the key is stored, and what is kept beside it. */
  readonly layout: Layout;
  readonly physicalKey: Buffer;
  /** Absolute. */
  readonly url: string;
  /** The origin's headers and the entry's own, placeholders filled in. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly ttlSeconds: number;
  /** Fraction from 0 to 1 by which the TTL may differ either way. */
  readonly ttlJitter: number;
  readonly timeoutMs: number;
  /** The logged requests that it stands for, where it comes from an access log. */
  readonly traffic?: Traffic | undefined;
  /** Only with `mode: touch`: what the application has to have stored afterwards. */
  readonly expectKeys?: readonly ExpectedKey[] | undefined;
}

/** A key, or a pattern over keys, that has to be there. */
export interface ExpectedKey {
  /** Logical. */
  readonly text: string;
  /** Every physical key that it may have, or globs over them; one of them has to be there. */
  readonly places: readonly Buffer[];
  readonly isPattern: boolean;
}

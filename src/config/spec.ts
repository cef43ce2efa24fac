import type { ConnectionSpec } from './connection.ts';

/**
 * The spec as features use it: validated, interpolated, defaults filled in, units in the names.
 * Records have no prototype, so that looking up a name a user typed finds only what the file says.
 */

/** The whole spec file, resolved. */
export interface Spec {
  readonly version: 1;
  /**
   * By name. Take the one to use from `requireConnection`: where a required variable has no value,
   * the setting is missing here (`url` is then empty, and `protected` true).
   */
  readonly connections: Readonly<Record<string, ConnectionSpec>>;
  readonly layout: LayoutSpec;
  readonly origin?: OriginSpec;
  /** Seconds by class name. */
  readonly ttlClasses: Readonly<Record<string, number>>;
  readonly defaults: DefaultsSpec;
  readonly scopes: Readonly<Record<string, ScopeSpec>>;
  /** Where destructive runs leave a line; relative to the spec file's folder. */
  readonly audit?: string;
}

/** The rule between logical and physical keys. */
export interface LayoutSpec {
  readonly type: 'plain';
  readonly prefix: string;
}

/** The application whose responses are cached. */
export interface OriginSpec {
  /** Absolute, http or https, without credentials, query or fragment. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What entries use where they say nothing. */
export interface DefaultsSpec {
  readonly ttlSeconds: number;
  /** Fraction from 0 to 1. */
  readonly ttlJitter: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly retries: number;
}

/** A named group of entries. */
export interface ScopeSpec {
  readonly name: string;
  readonly description?: string;
  /** The most targets of the whole scope. */
  readonly limit?: number;
  readonly entries: readonly EntrySpec[];
}

/** One request template and one key template. `key`, `path`, header values and tags are templates. */
export interface EntrySpec {
  readonly key: string;
  /** Starts with `/`, or is an absolute http(s) URL on the origin. */
  readonly path: string;
  readonly ttlSeconds: number;
  /** Fraction from 0 to 1. */
  readonly ttlJitter: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Every combination of the lists' values becomes a target. */
  readonly matrix?: Readonly<Record<string, readonly string[]>>;
  readonly foreach?: ForeachSpec;
  /** The most targets of this entry. */
  readonly limit?: number;
  /** Of one request; `defaults.timeoutMs` where absent. */
  readonly timeoutMs?: number;
  readonly at: EntryLocation;
}

/** Where an entry stands in the file, for reports. */
export interface EntryLocation {
  /** JSON pointer (RFC 6901): `/scopes/users/entries/0`. */
  readonly pointer: string;
  /** From 1. */
  readonly line: number;
}

/** Where the values of the variable `as` come from. */
export type ForeachSpec =
  | { readonly from: 'inline'; readonly values: readonly string[]; readonly as: string }
  | {
      readonly from: 'range';
      readonly start: number;
      /** Inclusive. */
      readonly end: number;
      /** Not zero, and towards `end`. */
      readonly step: number;
      readonly as: string;
    }
  | {
      readonly from: 'http';
      readonly path: string;
      /** JMESPath; its syntax is checked by whoever runs it. */
      readonly select: string;
      readonly as: string;
    };

/** `defaults` where the file is silent. */
export const PRODUCT_DEFAULTS: DefaultsSpec = {
  ttlSeconds: 300,
  ttlJitter: 0,
  concurrency: 16,
  timeoutMs: 10_000,
  retries: 2,
};

/** `layout` where the file is silent. */
export const DEFAULT_LAYOUT: LayoutSpec = { type: 'plain', prefix: '' };

/** The connection where neither flag, environment nor file names one. */
export const DEFAULT_REDIS_URL = 'redis://127.0.0.1:6379/0';

/** Stands for every scope on the command line, so no scope may have this name. */
export const RESERVED_SCOPE = 'all';

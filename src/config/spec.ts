import type { ConnectionSpec } from './connection.ts';
import type { ForeachSpec } from './foreach.ts';
import type { LayoutSpec } from './layout.ts';
import type { NamespaceSpec } from './namespaces.ts';

import type { FillSpec } from './fill-spec.ts';
import type { RuleSpec } from './rule-spec.ts';

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
  readonly namespaces: Readonly<Record<string, NamespaceSpec>>;
  /** Where destructive runs leave a line; relative to the spec file's folder. */
  readonly audit?: string;
  /** In the order of the file: a key belongs to the first that matches. */
  readonly groups?: readonly GroupSpec[];
  readonly budgets?: readonly BudgetSpec[];
  /** What the application's events do to the cache, by event name. */
  readonly invalidation?: Readonly<Record<string, RuleSpec>>;
}

/** A named group of keys. */
export interface GroupSpec {
  readonly name: string;
  /** Globs over logical keys; at least one. */
  readonly patterns: readonly string[];
}

/** An assertion that `stats --check` makes, and where it stands. */
export interface BudgetSpec {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** The application whose responses are cached. */
export interface OriginSpec {
  /** Absolute, http or https, without credentials, query or fragment. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `host` or `host:port`, in lower case: where redirects may lead besides the origin itself. */
  readonly allowedHosts?: readonly string[];
}

/** What entries use where they say nothing. */
export interface DefaultsSpec {
  readonly ttlSeconds: number;
  /** Fraction from 0 to 1. */
  readonly ttlJitter: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly retries: number;
  /** The most requests a second. */
  readonly ratePerSecond?: number;
  readonly concurrencyPerHost?: number;
  readonly adaptive?: boolean;
  readonly connectTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
}

/** A named group of entries. */
export interface ScopeSpec {
  readonly name: string;
  readonly description?: string;
  /** The most targets of the whole scope. */
  readonly limit?: number;
  /** Higher is warmed first; 0 where the file is silent. */
  readonly priority?: number;
  /** Scopes that are warmed before this one where both are chosen. */
  readonly dependsOn?: readonly string[];
  /** Globs of logical keys, or of paths where they start with `/`: such targets are left out. */
  readonly exclude?: readonly string[];
  readonly entries: readonly EntrySpec[];
}

/** One request template and one key template. `key`, `path`, header values and tags are templates. */
export interface EntrySpec {
  readonly key: string;
  /** Starts with `/`, or is an absolute http(s) URL on the origin. */
  readonly path: string;
  /** The name of the namespace whose version the key carries; `key` is then what stands inside it. */
  readonly namespace?: string;
  readonly ttlSeconds: number;
  /** Fraction from 0 to 1. */
  readonly ttlJitter: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Every combination of the lists' values becomes a target. */
  readonly matrix?: Readonly<Record<string, readonly string[]>>;
  /** Combined as a product, the last one turning fastest; none is no source. */
  readonly foreach?: readonly ForeachSpec[];
  /** The most targets of this entry. */
  readonly limit?: number;
  /** Within the scope, higher is warmed first; 0 where the file is silent. */
  readonly priority?: number;
  /** As a scope's, for this entry alone. */
  readonly exclude?: readonly string[];
  /** Places in a JSON answer that `verify` does not compare, as `parseJsonPath` reads them. */
  readonly ignore?: readonly string[];
  /** Of one request; `defaults.timeoutMs` where absent. */
  readonly timeoutMs?: number;
  /** `DEFAULT_FILL` where the entry says nothing about it. */
  readonly fill?: FillSpec;
  readonly at: EntryLocation;
}

/** Where an entry stands in the file, for reports. */
export interface EntryLocation {
  /** JSON pointer (RFC 6901): `/scopes/users/entries/0`. */
  readonly pointer: string;
  /** From 1. */
  readonly line: number;
}

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

import type { Address } from '../addresses/address.ts';
import type { TagMatch } from '../tags/members.ts';
import type { Comparison, TtlCondition } from './condition.ts';
import type { LinearRegex } from './regex/regex.ts';

/** A list of exact keys that comes from a file or from stdin. */
export interface KeysFrom {
  /** `-` is stdin. */
  readonly path: string;
  /** How the keys are parted: by line feeds (or JSON lines, told apart line by line), or by NUL. */
  readonly form: 'lines' | 'nul';
}

/**
 * Which keys a command is about, in logical terms, as it was asked for. Keys, lists, patterns, scopes,
 * tags, addresses and `all` say where keys come from, and any of them is enough; everything else narrows, and all of it must hold.
 */
export interface Selection {
  /** Exact keys, each once. */
  readonly keys: readonly Buffer[];
  readonly keysFrom: KeysFrom | undefined;
  readonly patterns: readonly Buffer[];
  /** Names of scopes of the spec file. */
  readonly scopes: readonly string[];
  /** Tags of cachectl's own index. */
  readonly tags: readonly Buffer[];
  /** Whether a key has any of the tags, or all of them. */
  readonly tagMatch: TagMatch;
  /** Keys as their framework names them. */
  readonly addresses: readonly Address[];
  /** Every key of the layout. */
  readonly all: boolean;
  readonly excludes: readonly Buffer[];
  readonly regex: LinearRegex | undefined;
  /** As TYPE answers; empty for any. */
  readonly types: readonly string[];
  readonly ttl: TtlCondition | undefined;
  /** Seconds since the key was last used. */
  readonly idle: Comparison | undefined;
  /** Bytes, as MEMORY USAGE counts them. */
  readonly size: Comparison | undefined;
  /** The most keys; which ones, the server's order decides. */
  readonly limit: number | undefined;
}

/** Nothing asked for. */
export const EMPTY_SELECTION: Selection = {
  keys: [],
  keysFrom: undefined,
  patterns: [],
  scopes: [],
  tags: [],
  tagMatch: 'any',
  addresses: [],
  all: false,
  excludes: [],
  regex: undefined,
  types: [],
  ttl: undefined,
  idle: undefined,
  size: undefined,
  limit: undefined,
};

/** Whether keys have to be asked for more than their name. */
export function asksServer(selection: Selection): boolean {
  const { types, ttl, idle, size } = selection;
  return types.length > 0 || ttl !== undefined || idle !== undefined || size !== undefined;
}

/** Whether anything says where keys come from; conditions alone mean all keys of the layout. */
export function namesSource(selection: Selection): boolean {
  const { keys, keysFrom, patterns, scopes, tags, addresses, all } = selection;
  return (
    all || keysFrom !== undefined || [keys, patterns, scopes, tags, addresses].some((list) => list.length > 0)
  );
}

/** Whether there is a condition that can stand alone: `--ttl none` means something, `--limit 5` does not. */
export function hasFilter(selection: Selection): boolean {
  return asksServer(selection) || selection.regex !== undefined;
}

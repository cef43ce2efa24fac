import { createHash } from 'node:crypto';
import type { StoredValue } from '../../values/shown-value.ts';
import type { Content, InspectedKey, KeyState } from '../content.ts';
import type { Look } from '../look.ts';

/**
 * What may happen to a key. Stable words: they stand in ndjson. `seen` is the first look at it; `ttl` a change
 * of life that time alone does not explain; `version` another current version of the key's namespace.
 */
export type Change =
  'seen' | 'created' | 'removed' | 'expired' | 'type' | 'value' | 'ttl' | 'warmed' | 'version';

/** What happened to one key between two looks. */
export interface KeyChange {
  readonly atMs: number;
  readonly key: InspectedKey;
  /** At least one. */
  readonly changes: readonly Change[];
  /** What the server announced meanwhile: `set`, `expired`; empty without keyspace events. */
  readonly events: readonly string[];
}

/** A key as a later look compares with it. */
export interface Mark {
  readonly exists: boolean;
  readonly type: string | undefined;
  readonly expiresAtMs: number | undefined;
  readonly fetchedAt: string | undefined;
  /** The current versions of its namespaces. */
  readonly versions: string;
  readonly value: string;
}

/** Round trips differ: a moment of expiry that moves by less has been set by nobody. */
const TOLERANCE_MS = 1_000;

/** The marks of a look, by physical key (as Latin-1). */
export function marksOf(look: Look): ReadonlyMap<string, Mark> {
  return new Map(
    look.keys.map(({ physical, warmed, namespaces }, index): [string, Mark] => {
      const state = look.stored[index] ?? { exists: false };
      return [
        physical.toString('latin1'),
        {
          exists: state.exists,
          type: state.exists ? state.type : undefined,
          expiresAtMs: state.exists ? state.expiresAtMs : undefined,
          fetchedAt: warmed?.fetchedAt,
          versions: namespaces.map(({ current }) => String(current)).join(),
          value: fingerprint(state),
        },
      ];
    }),
  );
}

/** What happened to a key. @param atMs of the later look, milliseconds since the epoch */
export function changesBetween(before: Mark | undefined, after: Mark, atMs: number): readonly Change[] {
  if (before === undefined) return ['seen'];
  if (!after.exists) {
    if (!before.exists) return [];
    return [before.expiresAtMs !== undefined && before.expiresAtMs <= atMs ? 'expired' : 'removed'];
  }
  if (!before.exists) return ['created'];
  const changes: Change[] = [];
  if (before.versions !== after.versions) changes.push('version');
  if (before.type !== after.type) changes.push('type');
  else if (before.value !== after.value) changes.push('value');
  if (lifeDiffers(before.expiresAtMs, after.expiresAtMs)) changes.push('ttl');
  if (before.fetchedAt !== after.fetchedAt && after.fetchedAt !== undefined) changes.push('warmed');
  return changes;
}

function lifeDiffers(before: number | undefined, after: number | undefined): boolean {
  if (before === undefined || after === undefined) return before !== after;
  return Math.abs(before - after) > TOLERANCE_MS;
}

/** A digest of a value as far as it was read, whatever the order in which a cursor gives its items. */
function fingerprint(state: KeyState<StoredValue>): string {
  if (!state.exists) return '';
  const { content, length } = state;
  return `${length ?? ''} ${content === undefined ? '' : digest(partsOf(content))}`;
}

function partsOf(content: Content<StoredValue>): readonly Buffer[] {
  switch (content.kind) {
    case 'string':
      return [content.value.start];
    case 'list':
      return content.items.map(({ start }) => start);
    case 'set':
      return sorted(content.items.map(({ start }) => start));
    case 'zset':
      return content.items.flatMap(({ member, score }) => [member.start, Buffer.from(score)]);
    case 'hash':
      return sorted(content.items.map(({ field, value }) => framed([field, value.start])));
    case 'stream':
      return content.items.flatMap(({ id, fields }) => [
        Buffer.from(id),
        ...fields.flatMap(({ field, value }) => [field, value.start]),
      ]);
  }
}

function sorted(parts: readonly Buffer[]): readonly Buffer[] {
  return [...parts].sort((one, other) => Buffer.compare(one, other));
}

function digest(parts: readonly Buffer[]): string {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('base64');
}

/** Parts as one, so that no two lists give the same. */
function framed(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [Buffer.from(`${part.length}:`), part]));
}

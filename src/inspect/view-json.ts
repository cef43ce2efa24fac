import type { JsonDocument } from '../cli/command.ts';
import { explanationJson } from '../keys/explanation-view.ts';
import { decodeUtf8, keyJson } from '../keys/printable.ts';
import { shownJson, type ValueJson } from '../values/value-json.ts';
import type { Content, HashItem, InspectedKey, KeyState } from './content.ts';
import type { NamespaceVersion } from './namespace-versions.ts';
import { isChanged, type Warmed } from './warmed.ts';

/** `cachectl/inspect/v1`. Every key has every field; `null` where there is nothing to say. */
export function inspectionJson(keys: readonly InspectedKey[]): JsonDocument {
  return { schema: 'cachectl/inspect/v1', keys: keys.map(keyDocument) };
}

/** One key of the report. */
export function keyDocument({
  logical,
  physical,
  explanation,
  place,
  warmed,
  namespaces,
  tags,
  state,
}: InspectedKey): Readonly<Record<string, unknown>> {
  const known = state.exists ? state : undefined;
  return {
    ...keyJson(logical),
    ...bytesField('physical_key', physical),
    explanation: explanation === undefined ? null : explanationJson(explanation),
    node: place?.node ?? null,
    slot: place?.slot ?? null,
    warmed: warmed === undefined || !state.exists ? null : warmedJson(warmed, state),
    namespaces: namespaces.map(namespaceJson),
    tags: state.exists ? tags : [],
    exists: state.exists,
    type: known?.type ?? null,
    ...lifeJson(known?.ttlMs, known?.expiresAtMs),
    encoding: known?.encoding ?? null,
    length: known?.length ?? null,
    memory_bytes: known?.memoryBytes ?? null,
    idle_seconds: known?.idleSeconds ?? null,
    frequency: known?.frequency ?? null,
    value: known?.content === undefined ? null : contentJson(known.content, known.length),
  };
}

function namespaceJson({ name, version, current, isBeingFilled, counter }: NamespaceVersion): unknown {
  return {
    namespace: name,
    version,
    current_version: current ?? null,
    is_current: current === undefined ? null : version === current,
    being_filled: isBeingFilled,
    ...bytesField('counter_key', counter),
  };
}

function warmedJson(warmed: Warmed, state: KeyState): unknown {
  const changed = isChanged(warmed, state);
  return {
    url: warmed.url,
    fetched_at: warmed.fetchedAt ?? null,
    etag: warmed.etag ?? null,
    last_modified: warmed.lastModified ?? null,
    changed_since: changed ?? null,
  };
}

/** Items of a collection, with how many there are in all. */
interface ItemsJson {
  readonly items: readonly unknown[];
  readonly truncated: boolean;
  readonly total_items: number | null;
}

function contentJson(content: Content, length: number | undefined): ValueJson | ItemsJson {
  if (content.kind === 'string') return shownJson(content.value);
  const items = itemsJson(content);
  return { items, truncated: length === undefined || items.length < length, total_items: length ?? null };
}

function itemsJson(content: Exclude<Content, { readonly kind: 'string' }>): readonly unknown[] {
  switch (content.kind) {
    case 'hash':
      return content.items.map(({ ttlMs, expiresAtMs, ...item }) => ({
        ...fieldJson(item),
        ...lifeJson(ttlMs, expiresAtMs),
      }));
    case 'list':
      return content.items.map((item, index) => ({ index, value: shownJson(item) }));
    case 'set':
      return content.items.map((item) => ({ member: shownJson(item) }));
    case 'zset':
      return content.items.map((item) => ({ member: shownJson(item.member), score: scoreJson(item.score) }));
    case 'stream':
      return content.items.map((entry) => ({ id: entry.id, fields: entry.fields.map(fieldJson) }));
  }
}

function fieldJson(item: HashItem): Readonly<Record<string, unknown>> {
  return { ...bytesField('field', item.field), value: shownJson(item.value) };
}

function lifeJson(ttlMs: number | undefined, expiresAtMs: number | undefined): Record<string, unknown> {
  return {
    ttl_seconds: ttlMs === undefined ? null : Math.round(ttlMs / 1_000),
    expires_at: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString(),
  };
}

/** JSON has no infinity: those two scores stay text. */
function scoreJson(score: string): number | string {
  const number = Number(score);
  return Number.isFinite(number) ? number : score;
}

/** Bytes under a name, exact: as text, or as base64 under a name that says so. */
function bytesField(name: string, bytes: Buffer): Readonly<Record<string, string>> {
  const text = decodeUtf8(bytes);
  return text === undefined ? { [`${name}_base64`]: bytes.toString('base64') } : { [name]: text };
}

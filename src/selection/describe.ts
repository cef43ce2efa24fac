import { addressJson } from '../addresses/address.ts';
import type { Layout } from '../keys/layout.ts';
import { keyJson, printableKey } from '../keys/printable.ts';
import type { Selection } from './selection.ts';

/** A selection for reports, plans and audit lines: everything that was asked for, exact for any byte. */
export function selectionJson(selection: Selection, layout: Layout): Readonly<Record<string, unknown>> {
  return {
    keys: selection.keys.map(keyJson),
    patterns: selection.patterns.map((pattern) => keyJson(pattern)),
    all: selection.all,
    prefix: keyJson(layout.prefix),
    // Two layouts may begin with the same prefix and differ in the others.
    places: layout.toPhysicalPatterns(Buffer.from('*')).map((pattern) => keyJson(pattern)),
    keys_from: selection.keysFrom?.path ?? null,
    scopes: selection.scopes,
    ...(selection.tags.length === 0
      ? {}
      : { tags: selection.tags.map((tag) => keyJson(tag)), tag_match: selection.tagMatch }),
    addresses: selection.addresses.map(addressJson),
    ...conditionsJson(selection),
  };
}

/** What narrows a selection, alone: for commands that choose keys in another way. */
export function conditionsJson(selection: Selection): Readonly<Record<string, unknown>> {
  return {
    excludes: selection.excludes.map((pattern) => keyJson(pattern)),
    regex: selection.regex?.source ?? null,
    types: selection.types,
    ttl: selection.ttl === undefined ? null : selection.ttl.kind === 'none' ? 'none' : selection.ttl.ms.text,
    idle: selection.idle?.text ?? null,
    size: selection.size?.text ?? null,
    limit: selection.limit ?? null,
  };
}

/** A physical key as people know it: logical where it is of the layout. */
export function shownKey(physical: Buffer, layout: Layout): string {
  return printableKey(layout.toLogical(physical) ?? physical);
}

/** The same for JSON. */
export function shownKeyJson(physical: Buffer, layout: Layout): unknown {
  return keyJson(layout.toLogical(physical) ?? physical);
}

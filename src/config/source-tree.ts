/** The spec file as a tree of values that remember where they were written. */

/** Keys and list positions from the root: `['scopes', 'users', 'entries', 0]`. */
export type SourcePath = readonly (string | number)[];

/** Offsets are UTF-16 units from the start of the file, `line` counts from 1. */
interface Located {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** A string, number, boolean or nothing, with variables filled in. */
export interface ScalarNode extends Located {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written for a number (`1.10`, `007`), so that identifiers stay exact; otherwise the value. */
  readonly text: string;
  /** Offset of the text's first character where the file holds the text letter by letter. */
  readonly textStart: number | undefined;
  /** Environment variables whose values are part of this one. */
  readonly variables: readonly string[];
  /** The value means nothing (a `${NAME:?}` had none), which is reported where it is found. */
  readonly unresolved: boolean;
}

export interface ListNode extends Located {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
}

export interface MapNode extends Located {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
}

/** A value and the place of its key. */
export interface MapEntry {
  readonly keyStart: number;
  readonly node: SourceNode;
}

export type SourceNode = ScalarNode | ListNode | MapNode;

/** The node at a path, or `undefined` where the file has none. */
export function nodeAt(root: SourceNode | undefined, path: SourcePath): SourceNode | undefined {
  let node = root;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.node;
    else if (node?.kind === 'list' && typeof step === 'number') node = node.items[step];
    else return undefined;
  }
  return node;
}

/** Where the key of a path is written; for a list item or the root, where the value starts. */
export function keyOffsetAt(root: SourceNode, path: SourcePath): number {
  const parent = nodeAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (parent?.kind === 'map' && last !== undefined) {
    return parent.entries.get(String(last))?.keyStart ?? parent.start;
  }
  return nodeAt(root, path)?.start ?? root.start;
}

/** The entries of a map, and none where there is no map. */
export function mapEntries(node: SourceNode | undefined): readonly (readonly [string, MapEntry])[] {
  return node?.kind === 'map' ? [...node.entries] : [];
}

/** The items of a list, and none where there is no list. */
export function listItems(node: SourceNode | undefined): readonly SourceNode[] {
  return node?.kind === 'list' ? node.items : [];
}

/** A usable string, or `undefined` for everything else, unresolved ones included. */
export function stringScalar(
  node: SourceNode | undefined,
): (ScalarNode & { readonly value: string }) | undefined {
  if (node?.kind !== 'scalar' || node.unresolved) return undefined;
  return typeof node.value === 'string' ? { ...node, value: node.value } : undefined;
}

/** Every scalar with its path, in the order of the file. */
export function* scalars(
  node: SourceNode,
  path: SourcePath = [],
): Generator<readonly [SourcePath, ScalarNode]> {
  if (node.kind === 'scalar') yield [path, node];
  else if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) yield* scalars(item, [...path, index]);
  } else {
    for (const [key, entry] of node.entries) yield* scalars(entry.node, [...path, key]);
  }
}

/** Plain data for the schema. Maps become objects without a prototype. */
export function toPlain(node: SourceNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  const record = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of node.entries) record[key] = toPlain(entry.node);
  return record;
}

/** The texts of a list's scalars, as written. */
export function scalarTexts(list: SourceNode | undefined): readonly string[] {
  return listItems(list).flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
}

/** The texts of a map's scalars by key, as written. */
export function textRecord(map: SourceNode | undefined): Readonly<Record<string, string>> {
  return mapRecord(Object.fromEntries(mapEntries(map)), ({ node }) =>
    node.kind === 'scalar' ? node.text : '',
  );
}

/** A record with its values changed, and without a prototype: a user may ask for a scope called `constructor`. */
export function mapRecord<In, Out>(
  record: Readonly<Record<string, In>> | undefined,
  map: (value: In, name: string) => Out,
): Readonly<Record<string, Out>> {
  const result = Object.create(null) as Record<string, Out>;
  for (const [name, value] of Object.entries(record ?? {})) result[name] = map(value, name);
  return result;
}

/** Points into the text where the file holds it letter by letter, otherwise at its start. */
export function placeInside(scalar: ScalarNode, offset: number): number {
  return scalar.textStart === undefined ? scalar.start : scalar.textStart + offset;
}

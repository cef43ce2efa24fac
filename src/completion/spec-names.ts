import type { LoadedSpec } from '../config/loaded.ts';
import { mapEntries, nodeAt, scalars } from '../config/source-tree.ts';
import { RESERVED_SCOPE } from '../config/spec.ts';
import type { Lookup } from './values.ts';

/** The names of one kind that a spec file has. */
export function namesInSpec(
  lookup: Exclude<Lookup, 'keys' | 'metrics' | 'topics'>,
  { spec, connectionNames, root }: LoadedSpec,
): readonly string[] {
  switch (lookup) {
    case 'scopes':
      return [...Object.keys(spec.scopes), RESERVED_SCOPE];
    case 'connections':
      return connectionNames;
    case 'tags':
      return [...new Set([...entryTags(spec), ...keysUnder(root, 'tags')])];
    case 'namespaces':
    case 'groups':
      return keysUnder(root, lookup);
    case 'events':
      return keysUnder(root, 'invalidation');
  }
}

/** Tags with variables in them are filled in only when entries are warmed. */
function entryTags(spec: LoadedSpec['spec']): readonly string[] {
  return Object.values(spec.scopes)
    .flatMap(({ entries }) => entries.flatMap(({ tags }) => tags))
    .filter((tag) => !tag.includes('{'));
}

/** The keys of a map, or the items of a list, at the top of the file. */
function keysUnder(root: LoadedSpec['root'], name: string): readonly string[] {
  const node = nodeAt(root, [name]);
  if (node?.kind === 'list') {
    return [...scalars(node)].flatMap(([path, { value }]) =>
      typeof value === 'string' && (path.length === 1 || path.at(-1) === 'name') ? [value] : [],
    );
  }
  return mapEntries(node).map(([key]) => key);
}

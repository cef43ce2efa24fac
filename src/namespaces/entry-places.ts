import type { Context } from '../cli/context.ts';
import type { ScopeSpec } from '../config/spec.ts';
import type { RedisClient } from '../redis/types.ts';
import { chooseNamespaces } from './choose.ts';
import { readCounter } from './counter.ts';
import type { NamespaceForm, VersionPlace } from './form.ts';

/** Where the keys of entries are, by the name of their namespace. */
export type EntryPlaces = ReadonlyMap<string, VersionPlace>;

/** The namespaces that entries of these scopes name, in the order of their names. */
export function namespacesOf(
  scopes: readonly ScopeSpec[],
  context: Pick<Context, 'spec' | 'layout'>,
): readonly NamespaceForm[] {
  const names = scopes.flatMap(({ entries }) => entries.flatMap(({ namespace }) => namespace ?? []));
  return chooseNamespaces([...new Set(names)].sort(), context);
}

/**
 * The places of the current versions; Redis is asked only where an entry has a namespace.
 * @throws CachectlError where a counter cannot be read, or is none
 */
export async function currentPlaces(
  scopes: readonly ScopeSpec[],
  context: Pick<Context, 'spec' | 'layout' | 'redis'>,
): Promise<EntryPlaces> {
  const places = new Map<string, VersionPlace>();
  for (const form of namespacesOf(scopes, context)) {
    const { version } = await readCounter(await context.redis(), form);
    places.set(form.spec.name, form.place(version));
  }
  return places;
}

/** Namespaces whose counter has been moved since, and where to. */
export async function movedSince(
  places: EntryPlaces,
  client: RedisClient,
  context: Pick<Context, 'spec' | 'layout'>,
): Promise<readonly { readonly name: string; readonly from: number; readonly to: number }[]> {
  const moved = [];
  for (const form of chooseNamespaces([...places.keys()], context)) {
    const { name } = form.spec;
    const from = places.get(name)?.version;
    const { version: to } = await readCounter(client, form);
    if (from !== undefined && from !== to) moved.push({ name, from, to });
  }
  return moved;
}

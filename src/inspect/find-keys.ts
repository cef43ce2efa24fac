import { resolveAddresses } from '../addresses/resolve.ts';
import { CachectlError } from '../cli/errors.ts';
import type { Context } from '../cli/context.ts';
import type { RedisClient } from '../redis/types.ts';
import type { InspectedKey } from './content.ts';
import type { InspectOptions } from './options.ts';

/** An address may mean any number of keys; so many are shown. */
const MOST_FOUND = 100;

/** A key to look at. */
export type FoundKey = Pick<InspectedKey, 'logical' | 'physical'>;

/**
 * The keys to look at, in the order in which they were asked for. Where a key has several places, those
 * that exist; the first one where none does, so that every key asked for has its answer.
 */
export async function findKeys(
  options: Pick<InspectOptions, 'keys' | 'addresses'>,
  context: Pick<Context, 'layout' | 'redis' | 'signal' | 'messages'>,
): Promise<readonly FoundKey[]> {
  const { layout, messages } = context;
  const client = await context.redis();
  const found: FoundKey[] = [];
  for (const logical of options.keys) {
    for (const physical of await existing(client, layout.toPhysicalKeys(logical)))
      found.push({ logical, physical });
  }
  for (const address of options.addresses) {
    const resolved = await resolveAddresses([address], context, layout);
    for (const note of resolved.notes) messages.note(note);
    const named = resolved.keys.length === 0 ? [] : await existing(client, resolved.keys);
    const keys = new Map(named.map((key) => [key.toString('latin1'), key]));
    const add = (batch: readonly Buffer[]): void => {
      for (const key of batch) if (keys.size <= MOST_FOUND) keys.set(key.toString('latin1'), key);
    };
    for (const pattern of resolved.patterns) {
      const walk = client.walk({ pattern, reading: true }, context.signal, ({ error }) => {
        throw error;
      });
      for await (const batch of walk) {
        add(batch.keys);
        if (keys.size > MOST_FOUND) break;
      }
    }
    for (const members of resolved.members) {
      for await (const batch of members()) {
        add(batch);
        if (keys.size > MOST_FOUND) break;
      }
    }
    if (keys.size > MOST_FOUND) messages.note(`the first ${MOST_FOUND} keys of the address are shown`);
    if (keys.size === 0 && resolved.notes.length === 0) messages.note('no key has this address');
    for (const physical of [...keys.values()].slice(0, MOST_FOUND)) {
      found.push({ logical: layout.toLogical(physical) ?? physical, physical });
    }
  }
  return found;
}

async function existing(client: RedisClient, places: readonly Buffer[]): Promise<readonly Buffer[]> {
  if (places.length < 2) return places;
  const exists = new Set<number>();
  for (const { node, indexes } of await client.nodesFor(places, { reading: true })) {
    const keys = indexes.flatMap((index) => places[index] ?? []);
    const replies = await node.pipeline(keys.map((key) => ['EXISTS', key]));
    for (const [position, index] of indexes.entries()) {
      const reply = replies[position];
      if (reply instanceof CachectlError) throw reply;
      if (reply === 1) exists.add(index);
    }
  }
  const present = places.filter((_, index) => exists.has(index));
  return present.length === 0 ? places.slice(0, 1) : present;
}

import type { Layout } from '../keys/layout.ts';
import { laravelTagSet } from '../keys/layout/laravel.ts';
import { symfonyTagSets } from '../keys/layout/symfony.ts';
import type { RedisReply } from '../redis/types.ts';
import type { AddressTools } from './resolve.ts';

/**
 * The physical keys that a tag's set names, batch by batch, and at the end the key of the set itself, as
 * the frameworks flush it. Can be walked again; ends early, without the set's own key, once aborted.
 */
export type TagMembers = (use?: TagUse) => AsyncGenerator<readonly Buffer[], void, void>;

/** What a tag's members are wanted for. */
export interface TagUse {
  /** Leave out the set itself, which has to outlive the items that it names. */
  readonly itemsOnly: boolean;
}

/** So many members are asked for at a time. */
const COUNT = 1_000;

/** A sorted set of logical keys. Source: Illuminate\Cache\RedisTagSet, and RedisTaggedCache::flush. */
export function laravelTagMembers(tag: string, tools: AddressTools, layout: Layout): readonly TagMembers[] {
  return [
    (use) =>
      walkSet(tools, { set: layout.toPhysical(laravelTagSet(tag)), command: 'ZSCAN' }, use, (member) => [
        layout.toPhysical(member),
      ]),
  ];
}

/**
 * A set of physical keys. What is not of the layout is left alone: another pool's key in this one's set
 * would be a mistake. Source: Symfony\Component\Cache\Adapter\RedisTagAwareAdapter, doInvalidate.
 */
export function symfonyTagMembers(tag: string, tools: AddressTools, layout: Layout): readonly TagMembers[] {
  return symfonyTagSets(tag).map(
    (set) => (use) =>
      walkSet(tools, { set: layout.toPhysical(set), command: 'SSCAN' }, use, (member) =>
        layout.toLogical(member) === undefined ? [] : [member],
      ),
  );
}

async function* walkSet(
  tools: AddressTools,
  { set, command }: { readonly set: Buffer; readonly command: 'SSCAN' | 'ZSCAN' },
  use: TagUse | undefined,
  keysOf: (member: Buffer) => readonly Buffer[],
): AsyncGenerator<readonly Buffer[], void, void> {
  const [share] = await (await tools.redis()).nodesFor([set]);
  if (share === undefined) return;
  let cursor = '0';
  let found = false;
  do {
    if (tools.signal.aborted) return;
    const reply: RedisReply = await share.node.call(command, set, cursor, 'COUNT', COUNT);
    const [next, items] = Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
    cursor = String(next ?? '0');
    const members = (Array.isArray(items) ? (items as readonly RedisReply[]) : []).filter(
      // A sorted set gives member and score in turn.
      (item, index): item is Buffer => Buffer.isBuffer(item) && (command === 'SSCAN' || index % 2 === 0),
    );
    found ||= members.length > 0;
    const keys = members.flatMap(keysOf);
    if (keys.length > 0) yield keys;
  } while (cursor !== '0');
  if (found && use?.itemsOnly !== true && !tools.signal.aborted) yield [set];
}

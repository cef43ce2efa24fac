import calculateSlot from 'cluster-key-slot';
import { CachectlError } from '../cli/errors.ts';
import type { ClusterRouter } from './cluster-router.ts';
import { returnedPrimaries, slotOwners, type ClusterSnapshot } from './cluster-topology.ts';
import { scanKeys } from './keyspace.ts';
import { isUnavailable } from './opener.ts';
import type { LostNode, RedisCommand, RedisNode, RedisReply, SlotWatch } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';

/** Notes who owns what now, for whoever wants to know later what has moved since. @throws CachectlError */
export async function watchSlots(router: ClusterRouter): Promise<SlotWatch> {
  const before = await router.snapshot();
  const owners = ownersOf(before);
  const lost = new Map<string, LostNode>();
  /** What each primary that answers says. */
  const ofEach = async <Answer>(
    ask: (node: RedisNode, address: TcpAddress) => Promise<Answer>,
  ): Promise<readonly Answer[]> => {
    const answers = router.topology.shards.map(async ({ primary }) => {
      try {
        return [await ask(await router.direct(primary), primary)];
      } catch (error) {
        noteLost(primary, error, lost);
        return [];
      }
    });
    return (await Promise.all(answers)).flat();
  };
  return {
    slotOf: calculateSlot,
    ownerOf: (slot) => owners[slot],
    moved: async () => movedSlots(before, await router.snapshot()),
    sizesOf: async (slots) => {
      const commands = slots.map((slot) => ['CLUSTER', 'COUNTKEYSINSLOT', slot] as const);
      const sizes = await ofEach((node) => pipeline(node, commands));
      return slots.map((_, index) => sizes.reduce((sum, replies) => sum + Number(replies[index] ?? 0), 0));
    },
    keysOf: async (slots) => {
      const ask = (isOwn: boolean): Promise<readonly (readonly RedisReply[])[]> =>
        ofEach((node, address) => {
          const some = slots.filter((slot) => (owners[slot] === formatAddress(address)) === isOwn);
          return pipeline(
            node,
            some.map((slot) => ['CLUSTER', 'GETKEYSINSLOT', slot, MOST_KEYS]),
          );
        });
      // Where they come from first: what moves between the two questions is on two lists then, and not on none.
      const found = [...(await ask(true)), ...(await ask(false))];
      const keys = found.flat(2).filter((key) => Buffer.isBuffer(key));
      return [...new Map(keys.map((key) => [key.toString('latin1'), key])).values()];
    },
    scan: async function* (slots, pattern, signal) {
      const commands = [...slots].map((slot) => ['CLUSTER', 'COUNTKEYSINSLOT', slot] as const);
      const asked = await ofEach(async (node, address) => {
        const isHolder = (await pipeline(node, commands)).some((size) => Number(size) > 0);
        const isSource = [...slots].some((slot) => owners[slot] === formatAddress(address));
        return { node, address, isHolder, isSource };
      });
      // In the same order.
      const holders = asked.filter(({ isHolder }) => isHolder);
      for (const { node, address } of holders.sort((a, b) => Number(b.isSource) - Number(a.isSource))) {
        try {
          const query = pattern === undefined ? {} : { pattern };
          for await (const { keys } of scanKeys(node, query, signal)) yield keys;
        } catch (error) {
          noteLost(address, error, lost);
        }
      }
    },
    lost: () => [...lost.values()],
  };
}

/** Of one slot: whoever asks knows that it has fewer, but some may have come since. */
const MOST_KEYS = 20_000;

async function pipeline(node: RedisNode, commands: readonly RedisCommand[]): Promise<readonly RedisReply[]> {
  return (await node.pipeline(commands)).map((reply) => {
    if (reply instanceof CachectlError) throw reply;
    return reply;
  });
}

/** @throws what is no lost connection */
function noteLost(primary: TcpAddress, error: unknown, lost: Map<string, LostNode>): void {
  if (!(error instanceof CachectlError) || !isUnavailable(error)) throw error;
  const address = formatAddress(primary);
  lost.set(address, { address, error });
}

/** Slots that have another owner now, may have had one meanwhile, or were on their way at either end; in order. */
function movedSlots(before: ClusterSnapshot, after: ClusterSnapshot): readonly number[] {
  const [owners, now] = [ownersOf(before), ownersOf(after)];
  const returned = returnedPrimaries(before, after);
  const changed = owners.flatMap((owner, slot) =>
    owner !== now[slot] || (owner !== undefined && returned.has(owner)) ? [slot] : [],
  );
  const arriving = [before, after].flatMap(({ states }) =>
    [...states.values()].flatMap(({ importing }) => importing),
  );
  return [...new Set([...changed, ...arriving])].sort((a, b) => a - b);
}

function ownersOf({ topology }: ClusterSnapshot): readonly (string | undefined)[] {
  return slotOwners(topology).map((owner) => owner && formatAddress(owner));
}

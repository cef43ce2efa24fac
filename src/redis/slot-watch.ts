import calculateSlot from 'cluster-key-slot';
import { CachectlError } from '../cli/errors.ts';
import type { ClusterRouter } from './cluster-router.ts';
import { slotOwners, type ClusterSnapshot } from './cluster-topology.ts';
import { isUnavailable } from './opener.ts';
import type { SlotWatch } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';

/** Notes who owns what now, for whoever wants to know later what has moved since. @throws CachectlError */
export async function watchSlots(router: ClusterRouter): Promise<SlotWatch> {
  const before = await router.snapshot();
  const owners = ownersOf(before);
  return {
    slotOf: calculateSlot,
    ownerOf: (slot) => owners[slot],
    moved: async () => {
      const after = await router.snapshot();
      const now = ownersOf(after);
      const changed = owners.flatMap((owner, slot) => (owner === now[slot] ? [] : [slot]));
      const arriving = [before, after].flatMap(({ states }) =>
        [...states.values()].flatMap(({ importing }) => importing),
      );
      return [...new Set([...changed, ...arriving])].sort((a, b) => a - b);
    },
    keysOf: (slot, most) => keysOf(router, slot, most),
  };
}

function ownersOf({ topology }: ClusterSnapshot): readonly (string | undefined)[] {
  return slotOwners(topology).map((owner) => owner && formatAddress(owner));
}

/** Of all primaries: a slot that is on its way is on two of them. */
async function keysOf(router: ClusterRouter, slot: number, most: number): Promise<readonly Buffer[]> {
  const found = await Promise.all(
    router.topology.shards.map(async ({ primary }) => keysAt(router, primary, slot, most)),
  );
  // One that moved while they were asked is on both lists.
  return [...new Map(found.flat().map((key) => [key.toString('latin1'), key])).values()];
}

async function keysAt(
  router: ClusterRouter,
  address: TcpAddress,
  slot: number,
  most: number,
): Promise<readonly Buffer[]> {
  try {
    const keys = await (await router.direct(address)).call('CLUSTER', 'GETKEYSINSLOT', slot, most);
    return Array.isArray(keys) ? keys.filter((key) => Buffer.isBuffer(key)) : [];
  } catch (error) {
    if (!(error instanceof CachectlError) || !isUnavailable(error)) throw error;
    return [];
  }
}

import type { ClusterServer } from './cluster.ts';

/** Moves slots as redis-cli --cluster reshard does: keys first, then the ownership. */
export async function moveSlots(
  from: ClusterServer,
  to: ClusterServer,
  all: readonly ClusterServer[],
  slots: readonly number[],
): Promise<void> {
  for (const slot of slots) {
    await to.node.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.node.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    for (;;) {
      const keys = await from.node.call('CLUSTER', 'GETKEYSINSLOT', slot, 100);
      if (!Array.isArray(keys) || keys.length === 0) break;
      const names = keys as readonly Buffer[];
      await from.node.call('MIGRATE', '127.0.0.1', to.server.port, '', 0, 5_000, 'KEYS', ...names);
    }
    for (const { node } of [to, from, ...all]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
  }
}

import type { RedisNode } from '../redis/types.ts';
import { fieldsOf, listOf } from './entries.ts';

/**
 * Removes what is older than `keepMs` from a stream, as far as every group of it is done with it: delivered and
 * acknowledged (Redis documentation, XTRIM with MINID). What is left of the newest whole block may be older: the
 * server removes whole blocks, which costs it nothing.
 * @returns how many entries went
 * @throws CachectlError
 */
export async function trimStream(node: RedisNode, stream: Buffer, keepMs: number): Promise<number> {
  const [seconds] = listOf(await node.call('TIME'));
  let least = `${Math.max(0, Number(seconds) * 1_000 - keepMs)}-0`;
  for (const reply of listOf(await node.call('XINFO', 'GROUPS', stream))) {
    const group = fieldsOf(reply);
    const name = group.get('name');
    if (name === null || name === undefined) continue;
    const [pending, first] = listOf(await node.call('XPENDING', stream, String(name)));
    const needed = Number(pending) > 0 ? String(first) : String(group.get('last-delivered-id'));
    if (compareIds(needed, least) < 0) least = needed;
  }
  return Number(await node.call('XTRIM', stream, 'MINID', '~', least));
}

/** Negative where the first is older. Both parts are up to 64 bits wide. */
export function compareIds(a: string, b: string): number {
  const [aTime = '0', aNumber = '0'] = a.split('-');
  const [bTime = '0', bNumber = '0'] = b.split('-');
  const byTime = BigInt(aTime) - BigInt(bTime);
  const difference = byTime === 0n ? BigInt(aNumber) - BigInt(bNumber) : byTime;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

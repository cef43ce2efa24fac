import { parseAddresses, type TcpAddress } from './url.ts';

/**
 * The NAT map of a connection, by the nodes' own names.
 * @throws UsageError
 */
export function parseNatMap(
  entries: Iterable<readonly [from: string, to: string]>,
): ReadonlyMap<string, TcpAddress> {
  const map = new Map<string, TcpAddress>();
  for (const [from, to] of entries) {
    const [address] = parseAddresses(to, 6379);
    if (address !== undefined) map.set(from.trim(), address);
  }
  return map;
}

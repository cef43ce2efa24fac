import { CachectlError } from '../cli/errors.ts';
import { isConnectionFailure } from './translate-error.ts';
import type { OpenNode, RedisNode } from './types.ts';

/**
 * Whether a replica gets what its primary writes. One that has never had a connection to its primary, or has lost it,
 * answers all the same, with what it had then or with nothing at all. A server that is no replica (any more) has all
 * that it says, and who may not ask takes the replica as it is.
 * Source: the documentation of ROLE, and of `replica-serve-stale-data`.
 * @throws CachectlError where the server does not answer
 */
export async function followsItsPrimary(node: RedisNode): Promise<boolean> {
  try {
    const role = await node.call('ROLE');
    if (!Array.isArray(role)) return true;
    const [kind, , , link] = role as readonly unknown[];
    return String(kind) !== 'slave' || String(link) === 'connected';
  } catch (error) {
    if (!(error instanceof CachectlError) || isConnectionFailure(error)) throw error;
    return true;
  }
}

/** Opens a replica; `undefined` where it gets nothing from its primary. @throws CachectlError where it cannot be asked */
export async function openFollowing(open: () => Promise<OpenNode>): Promise<OpenNode | undefined> {
  const opened = await open();
  try {
    if (await followsItsPrimary(opened.node)) return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
  opened.close();
  return undefined;
}

/** What `--verbose` says of a replica that is passed over. */
export function outOfTouch(address: string): string {
  return `the replica ${address} has no connection to its primary and may not have its keys`;
}

import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { CacheEvent } from '../invalidation/event.ts';
import type { RedisClient, RedisNode } from '../redis/types.ts';

/** Replicas have so long to confirm an event before its sender is told to send it again. */
const REPLICATION_MS = 1_000;

/**
 * Writes an event to a stream, and waits until a replica has it where there are replicas: an event that was
 * accepted survives the failover to one of them.
 * @returns the entry's ID
 * @throws CachectlError; `listen.not-replicated` where no replica confirmed it in time: it may be there or not
 */
export async function appendEvent(client: RedisClient, stream: Buffer, event: CacheEvent): Promise<string> {
  const [share] = await client.nodesFor([stream]);
  if (share === undefined) throw new Error('no server owns the stream');
  const { node } = share;
  const id = await node.call('XADD', stream, '*', 'event', event.name, 'data', JSON.stringify(event.data));
  if (await hasReplicas(node)) {
    const confirmed = Number(await node.call('WAIT', 1, REPLICATION_MS));
    if (confirmed < 1) {
      throw new CachectlError('no replica has confirmed the event in time', {
        code: 'listen.not-replicated',
        exitCode: ExitCode.unreachable,
        hint: 'send it again',
      });
    }
  }
  return String(id);
}

/** ROLE of a primary lists its replicas; who may not ask does without. */
async function hasReplicas(node: RedisNode): Promise<boolean> {
  try {
    const role = await node.call('ROLE');
    return Array.isArray(role) && Array.isArray(role[2]) && role[2].length > 0;
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    return false;
  }
}

import { CachectlError } from '../cli/errors.ts';
import type { LostNode, RedisClient } from '../redis/types.ts';
import type { ClearResult } from './execute.ts';

/** Empties the database of every primary; the memory is freed in the background. */
export async function flushAll(client: RedisClient): Promise<ClearResult> {
  let removed = 0;
  let failure: CachectlError | undefined;
  const lost: LostNode[] = [];
  for (const node of await client.primaries()) {
    try {
      const keys = Number(await node.call('DBSIZE'));
      await node.call('FLUSHDB', 'ASYNC');
      removed += keys;
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      if (client.kind === 'cluster') lost.push({ address: node.address, error });
      else failure = error;
    }
  }
  return {
    matched: removed,
    removed,
    gone: 0,
    kept: 0,
    memory: undefined,
    failure,
    lost,
    cursors: new Map(),
  };
}

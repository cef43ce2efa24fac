import type { RedisNode } from '../../redis/types.ts';
import { decodeValue } from '../../values/decode.ts';
import type { Operation } from './closed-loop.ts';

/**
 * Reads of one entry as an application does them: a GET, the whole value over the wire, and decoded. No entry and an
 * empty one are failures, because the application would have to go to the origin after all.
 * @param counted what a good read adds to the counting header's mean: 0, as it asks the origin nothing
 */
export function cacheLoad(node: RedisNode, physicalKey: Buffer, counted: 0 | undefined): Operation {
  return {
    send: async () => {
      const value = await node.call('GET', physicalKey);
      if (!Buffer.isBuffer(value)) return { kind: 'bad', cause: 'missing' };
      if (value.length === 0) return { kind: 'bad', cause: 'empty' };
      await decodeValue(value);
      return counted === undefined ? { kind: 'good' } : { kind: 'good', counted };
    },
  };
}

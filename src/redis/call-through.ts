import { CachectlError } from '../cli/errors.ts';
import type { RedisNode } from './types.ts';

/** A single command as a pipeline of one. */
export function callThrough(pipeline: RedisNode['pipeline']): RedisNode['call'] {
  return async (...command) => {
    const [reply] = await pipeline([command]);
    if (reply instanceof CachectlError) throw reply;
    return reply ?? null;
  };
}

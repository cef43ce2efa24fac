import type { RedisCommand, RedisNode } from '../redis/types.ts';
import { optionalNumber, optionalText, required } from './reply.ts';

/** What Redis tells about a key without touching its value; `undefined` for a key that is not there. */
export interface Metadata {
  readonly type: string;
  /** `undefined` where the key never expires. */
  readonly ttlMs: number | undefined;
  readonly encoding: string | undefined;
  readonly memoryBytes: number | undefined;
  readonly idleSeconds: number | undefined;
  readonly frequency: number | undefined;
}

/** None of these counts as a use of the key: OBJECT IDLETIME would otherwise always be 0. */
const QUESTIONS = (key: Buffer): readonly RedisCommand[] => [
  ['TYPE', key],
  ['PTTL', key],
  ['OBJECT', 'ENCODING', key],
  ['MEMORY', 'USAGE', key],
  // The server answers one of the two, by its eviction policy, and refuses the other.
  ['OBJECT', 'IDLETIME', key],
  ['OBJECT', 'FREQ', key],
];

/**
 * Asks one node about its keys, in one round trip.
 * @throws CachectlError where the connection fails, or TYPE or PTTL is not permitted
 */
export async function readMetadata(
  node: RedisNode,
  keys: readonly Buffer[],
): Promise<readonly (Metadata | undefined)[]> {
  const replies = await node.pipeline(keys.flatMap(QUESTIONS));
  const width = replies.length / Math.max(1, keys.length);
  return keys.map((_, index) => {
    const [type, ttl, encoding, memory, idle, frequency] = replies.slice(index * width, (index + 1) * width);
    const typeName = String(required(type ?? null));
    const ttlMs = Number(required(ttl ?? null));
    // PTTL says -2 where the key expired after TYPE had been answered.
    if (typeName === 'none' || ttlMs === -2) return undefined;
    return {
      type: typeName,
      ttlMs: ttlMs < 0 ? undefined : ttlMs,
      encoding: optionalText(encoding),
      memoryBytes: optionalNumber(memory),
      idleSeconds: optionalNumber(idle),
      frequency: optionalNumber(frequency),
    };
  });
}

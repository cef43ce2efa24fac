import { BatchClient } from '../redis/batch-sender.ts';
import type { RedisClient } from '../redis/types.ts';
import type { Target } from './target.ts';
import { createWriter } from './write-batch.ts';

/** Writes values of targets, and nothing beside them. */
export interface Store {
  /**
   * Writes a target's value with its TTL, in one command, so that nothing is ever left without one.
   * @throws CachectlError where Redis does not take it
   */
  readonly put: (
    target: Pick<Target, 'physicalKey' | 'ttlSeconds' | 'ttlJitter'>,
    value: Buffer,
  ) => Promise<void>;
}

/**
 * A store that sends what comes due in the same turn of the event loop together.
 * @param random uniform in [0, 1)
 */
export function createStore(client: RedisClient, random: () => number): Store {
  const writer = createWriter(new BatchClient(client), () => undefined);
  return {
    put: ({ physicalKey, ttlSeconds, ttlJitter }, value) =>
      new Promise((resolve, failed) => {
        const ttlMs = jitteredTtlMs(ttlSeconds, ttlJitter, random());
        writer.put({ key: physicalKey, value, ttlMs }, { written: () => resolve(), failed });
      }),
  };
}

/**
 * A TTL in whole milliseconds, at least 1, uniformly within the jitter's fraction either way: entries that
 * were warmed together do not expire together.
 * @param randomNumber in [0, 1)
 */
export function jitteredTtlMs(ttlSeconds: number, ttlJitter: number, randomNumber: number): number {
  return Math.max(1, Math.round(ttlSeconds * 1_000 * (1 + ttlJitter * (2 * randomNumber - 1))));
}

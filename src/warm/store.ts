import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { RedisClient, RedisCommand, RedisReply } from '../redis/types.ts';
import type { Target } from './target.ts';

/** Writes entries. */
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

interface PendingWrite {
  readonly key: Buffer;
  readonly command: RedisCommand;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Pipelines under way at once: over a slow network, what comes due meanwhile goes together in the next one. */
const MOST_UNDER_WAY = 4;

/**
 * A store that sends together what comes due in the same turn of the event loop, or while enough is under
 * way already; one pipeline for each node: a round trip and a system call for many entries.
 * @param random uniform in [0, 1)
 */
export function createStore(client: RedisClient, random: () => number): Store {
  let pending: PendingWrite[] = [];
  let underWay = 0;
  let isScheduled = false;
  const schedule = (): void => {
    if (isScheduled || pending.length === 0 || underWay >= MOST_UNDER_WAY) return;
    isScheduled = true;
    setImmediate(flush);
  };
  const flush = (): void => {
    isScheduled = false;
    const writes = pending;
    pending = [];
    underWay++;
    void sendAll(client, writes).finally(() => {
      underWay--;
      schedule();
    });
  };
  return {
    put: ({ physicalKey, ttlSeconds, ttlJitter }, value) =>
      new Promise<void>((resolve, reject) => {
        const ttlMs = jitteredTtlMs(ttlSeconds, ttlJitter, random());
        const command: RedisCommand = ['SET', physicalKey, value, 'PX', ttlMs];
        pending.push({ key: physicalKey, command, resolve, reject });
        schedule();
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

/** Never rejects: each write hears of its own failure. */
async function sendAll(client: RedisClient, writes: readonly PendingWrite[]): Promise<void> {
  try {
    const shares = await client.nodesFor(writes.map(({ key }) => key));
    await Promise.all(
      shares.map(async ({ node, indexes }) => {
        const share = indexes.flatMap((index) => writes[index] ?? []);
        try {
          const replies = await node.pipeline(share.map(({ command }) => command));
          share.forEach((write, index) => settle(write, replies[index]));
        } catch (error) {
          for (const write of share) write.reject(error);
        }
      }),
    );
  } catch (error) {
    for (const write of writes) write.reject(error);
  }
}

function settle(write: PendingWrite, reply: RedisReply | CachectlError | undefined): void {
  if (reply instanceof CachectlError) write.reject(reply);
  else if (String(reply) === 'OK') write.resolve();
  else
    write.reject(
      new CachectlError('Redis did not confirm the write', {
        code: 'redis.error',
        exitCode: ExitCode.refused,
      }),
    );
}

import type { TestOrigin } from './http-origin.ts';
import type { TestRedis } from './redis.ts';
import { startBinary } from './run-binary.ts';

/** Runs `cachectl warm` in a folder and kills it, with no chance to clean up, after so many requests. */
export async function killWarm(
  folder: string,
  redisUrl: string,
  origin: TestOrigin,
  requests: number,
): Promise<void> {
  const child = startBinary(['warm', '--scope', 's', '--lock', 'wait', '-q'], {
    cwd: folder,
    env: { REDIS_URL: redisUrl },
  });
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  child.stdout.resume();
  child.stderr.resume();
  await Promise.race([origin.untilRequests(requests), closed]);
  child.kill('SIGKILL');
  await closed;
}

/** What a killed run left: keys that would stay for ever, and how long the lock still lives (0: there is none). */
export async function leftovers(
  redis: TestRedis,
): Promise<{ readonly withoutTtl: readonly string[]; readonly lockMs: number; readonly keys: number }> {
  const keys = await redis.keys();
  const lives = await redis.node.pipeline(keys.map((key) => ['PTTL', key]));
  const lock = Number(await redis.call('PTTL', 'cachectl:lock:warm:s'));
  return {
    withoutTtl: keys.filter((_, index) => Number(lives[index]) === -1),
    lockMs: Math.max(0, lock),
    keys: keys.length,
  };
}

import { CachectlError } from '../cli/errors.ts';
import type { RedisClient, RedisCommand } from '../redis/types.ts';
import type { Ranking } from './ranking.ts';

/** By index of `TYPES`. */
const LENGTH_COMMANDS = ['STRLEN', 'HLEN', 'LLEN', 'SCARD', 'ZCARD', 'XLEN'];

/** The command that tells how long a value is; types of modules have none. @param type index of `TYPES` */
export function lengthCommand(type: number, key: Buffer): RedisCommand | undefined {
  const name = LENGTH_COMMANDS[type];
  return name === undefined ? undefined : [name, key];
}

/** Finds out how long the keys of a ranking are. What cannot be asked any more stays unknown: the keys were seen. */
export async function askLengths(client: RedisClient, ranking: Ranking): Promise<void> {
  const { keys } = ranking;
  const lengths: (number | undefined)[] = keys.map(() => undefined);
  try {
    const shares = await client.nodesFor(
      keys.map(({ key }) => key),
      { reading: true },
    );
    for (const { node, indexes } of shares) {
      const asked = indexes.flatMap((index) => {
        const ranked = keys[index];
        const command = ranked === undefined ? undefined : lengthCommand(ranked.type, ranked.key);
        return command === undefined ? [] : [{ index, command }];
      });
      const replies = await node.pipeline(asked.map(({ command }) => command));
      for (const [at, { index }] of asked.entries()) {
        const reply = replies[at];
        if (typeof reply === 'number' && reply > 0) lengths[index] = reply;
      }
    }
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
  }
  ranking.setLengths(lengths);
}

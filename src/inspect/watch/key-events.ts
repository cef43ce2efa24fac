import { CachectlError } from '../../cli/errors.ts';
import type { RedisClient, RedisNode } from '../../redis/types.ts';
import { pairsOf, listOf } from '../reply.ts';

/** What servers announce about some keys. */
export interface KeyEvents {
  /** Whether every change is announced, so that nobody has to ask. False as soon as a connection is lost. */
  readonly areComplete: () => boolean;
  /** The events since the last call, by physical key (as Latin-1). */
  readonly take: () => ReadonlyMap<string, readonly string[]>;
  readonly close: () => void;
}

/** More events of one key between two looks say no more. */
const MOST_NAMED = 20;

/**
 * Listens to the keyspace events of some keys, where the servers send them and the user may hear them; where not,
 * nothing comes, and nothing fails.
 * Source: https://redis.io/docs/latest/develop/use/keyspace-notifications/
 * @param onEvent something has come; `take` says what
 */
export async function listenToKeys(
  client: RedisClient,
  keys: readonly Buffer[],
  tools: { readonly onEvent: () => void; readonly log: (text: string) => void },
): Promise<KeyEvents> {
  const shares = keys.length === 0 ? [] : await client.nodesFor(keys);
  const prefix = `__keyspace@${client.target.database}__:`;
  let events = new Map<string, string[]>();
  let complete = shares.length > 0;
  const open: { readonly close: () => void }[] = [];
  for (const { node, indexes } of shares) {
    const sends = await announces(node);
    complete &&= sends === 'everything';
    if (sends === 'nothing' || node.listen === undefined) continue;
    try {
      const channels = indexes.flatMap((index) => {
        const key = keys[index];
        return key === undefined ? [] : [Buffer.concat([Buffer.from(prefix), key])];
      });
      open.push(
        await node.listen({
          channels,
          onMessage: (channel, message) => {
            const key = channel.subarray(prefix.length).toString('latin1');
            const named = events.get(key) ?? [];
            if (named.length < MOST_NAMED) events.set(key, [...named, message.toString('utf8')]);
            tools.onEvent();
          },
          onLost: () => {
            complete = false;
            tools.log(
              `the connection for events of ${node.address} is lost: asking from time to time instead`,
            );
            tools.onEvent();
          },
        }),
      );
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      complete = false;
      tools.log(`no keyspace events of ${node.address}: ${error.message}`);
    }
  }
  return {
    areComplete: () => complete,
    take: () => {
      const taken = events;
      events = new Map();
      return taken;
    },
    close: () => {
      for (const connection of open) connection.close();
    },
  };
}

/** Which events a server sends; where it does not tell, it may send some. */
async function announces(node: RedisNode): Promise<'everything' | 'something' | 'nothing'> {
  const [reply] = await node.pipeline([['CONFIG', 'GET', 'notify-keyspace-events']]);
  if (reply instanceof CachectlError || reply === undefined) return 'something';
  const value = pairsOf(listOf(reply))[0]?.[1].toString('latin1');
  if (value === undefined) return 'something';
  return announcedBy(value);
}

/** What a value of `notify-keyspace-events` says about one key. Pure. */
export function announcedBy(value: string): 'everything' | 'something' | 'nothing' {
  if (!value.includes('K')) return 'nothing';
  const isComplete = value.includes('A') || [...'g$lshzxet'].every((event) => value.includes(event));
  return isComplete ? 'everything' : 'something';
}

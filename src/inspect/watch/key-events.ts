import { CachectlError } from '../../cli/errors.ts';
import type { BulkChannel } from '../../redis/bulk-channel.ts';
import { decodeReply } from '../../redis/resp/decode.ts';
import { encodeCommands } from '../../redis/resp/encode.ts';
import { RespErrorReply } from '../../redis/resp/protocol-error.ts';
import type { RedisClient, RedisNode } from '../../redis/types.ts';
import { within } from '../../redis/wait.ts';
import { pairsOf, listOf } from '../reply.ts';

/** What servers announce about some keys. */
export interface KeyEvents {
  /** Whether every change is announced, so that nobody has to ask. False as soon as a connection is lost. */
  readonly areComplete: () => boolean;
  /** Why one of the servers is not heard; `undefined` while all are. */
  readonly failure: () => string | undefined;
  /** The events since the last call, by physical key (as Latin-1). */
  readonly take: () => ReadonlyMap<string, readonly string[]>;
  readonly close: () => void;
}

/** More events of one key between two looks say no more. */
const MOST_NAMED = 20;
/** A server that does not confirm a subscription in this time is asked instead. */
const CONFIRM_MS = 5_000;

/** What listening needs, and whom it tells. */
export interface ListenTools {
  /** Something has come, or was lost; the events say what. */
  readonly onEvent: () => void;
  readonly log: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Listens to the keyspace events of some keys, where the servers send them and the user may hear them; where not,
 * nothing comes, and nothing fails.
 * Source: https://redis.io/docs/latest/develop/use/keyspace-notifications/
 */
export async function listenToKeys(
  client: RedisClient,
  keys: readonly Buffer[],
  tools: ListenTools,
): Promise<KeyEvents> {
  const shares = keys.length === 0 ? [] : await client.nodesFor(keys);
  const prefix = `__keyspace@${client.target.database}__:`;
  let events = new Map<string, string[]>();
  let complete = shares.length > 0;
  let failure: string | undefined;
  let isClosed = false;
  const open: BulkChannel[] = [];
  for (const { node, indexes } of shares) {
    const sends = await announces(node);
    complete &&= sends === 'everything';
    if (sends === 'nothing' || node.bulk === undefined) continue;
    const fail = (reason: string): void => {
      if (isClosed) return;
      complete = false;
      failure ??= `${node.address}: ${reason}`;
      tools.log(`no keyspace events of ${node.address}: ${reason}`);
      tools.onEvent();
    };
    const names = indexes.flatMap((index) => {
      const key = keys[index];
      return key === undefined ? [] : [Buffer.concat([Buffer.from(prefix), key])];
    });
    try {
      const channel = await node.bulk();
      open.push(channel);
      await subscribe(channel, names, tools.signal, {
        onMessage: (name, event) => {
          const key = name.slice(prefix.length);
          const known = events.get(key) ?? [];
          if (known.length < MOST_NAMED) events.set(key, [...known, event]);
          tools.onEvent();
        },
        onFailure: fail,
      });
    } catch (error) {
      tools.signal.throwIfAborted();
      fail(error instanceof Error ? error.message : String(error));
    }
  }
  return {
    areComplete: () => complete,
    failure: () => failure,
    take: () => {
      const taken = events;
      events = new Map();
      return taken;
    },
    close: () => {
      isClosed = true;
      for (const channel of open) channel.close();
    },
  };
}

/**
 * Subscribes to channels, and resolves once the server has confirmed all of them: a change after that is heard.
 * @throws NoReplyError where it does not confirm; the signal's reason
 */
async function subscribe(
  channel: BulkChannel,
  names: readonly Buffer[],
  signal: AbortSignal,
  listener: {
    /** The channel's name as Latin-1. */
    readonly onMessage: (name: string, event: string) => void;
    readonly onFailure: (reason: string) => void;
  },
): Promise<void> {
  let waiting = names.length;
  let resolve: () => void = () => undefined;
  const confirmed = new Promise<void>((done) => (resolve = done));
  const fail = (reason: string): void => {
    listener.onFailure(reason);
    resolve();
  };
  channel.listen(encodeCommands([['SUBSCRIBE', ...names]]), {
    receive: (bytes, start) => {
      const { value } = decodeReply(bytes, start);
      if (value instanceof RespErrorReply) fail(value.message);
      const [kind, name, event] = Array.isArray(value) ? (value as readonly unknown[]).map(latin1) : [];
      if (kind === 'subscribe' && --waiting === 0) resolve();
      if (kind === 'message' && name !== undefined && event !== undefined) listener.onMessage(name, event);
    },
    lose: (error) => fail(error.message),
  });
  await within(confirmed, CONFIRM_MS, signal);
}

function latin1(part: unknown): string | undefined {
  return Buffer.isBuffer(part) ? part.toString('latin1') : undefined;
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

import { CachectlError } from '../cli/errors.ts';
import type { BulkChannel } from './bulk-channel.ts';
import type { ConnectionLog } from './connection-log.ts';
import { callThrough } from './call-through.ts';
import { mayPass, pauseBefore, RECONNECT_ATTEMPTS } from './patience.ts';
import type { OpenNode, ReadingNode, RedisNode } from './types.ts';
import { pause } from './wait.ts';

/** A reply that says that this server is not (or not yet) the one to ask. */
const NOT_NOW = new Set(['redis.loading', 'redis.read-only', 'redis.primary-down']);

/** A node that outlives its connection. */
export interface ResilientNode extends OpenNode {
  readonly node: ReadingNode;
  /** Grows whenever a new connection takes the place of a lost one: there may be another server behind it. */
  readonly timesOpened: () => number;
  /** Leaves the server for another one, unless it is at this address already; what is under way is sent again. */
  readonly moveTo: (address: string) => Promise<void>;
}

/**
 * A node that is opened again when its connection is lost, and then sent again what was not answered:
 * whatever cachectl sends may be sent twice. `reopen` finds out where to: after a failover that is
 * another server.
 */
export function resilientNode(
  first: OpenNode,
  reopen: () => Promise<OpenNode>,
  options: {
    readonly failsOver: boolean;
    readonly signal: AbortSignal;
    readonly log: ConnectionLog;
    /** Opens a bulk channel to where the node is at that moment. */
    readonly bulk: () => Promise<BulkChannel>;
  },
): ResilientNode {
  let current: Promise<OpenNode> = Promise.resolve(first);
  let closed = false;
  let opened = 1;
  let sentAgain = 0;
  // After that nobody waits again: a load test would wait as often as it has requests.
  let gaveUp = false;
  const replace = (failed: Promise<OpenNode>): void => {
    // Many pipelines may notice the same loss; the first of them replaces the connection.
    if (current !== failed || closed) return;
    void failed.then(({ close }) => close()).catch(() => undefined);
    opened++;
    current = reopen();
    current.catch(() => undefined);
  };
  const pipeline: RedisNode['pipeline'] = async (commands) => {
    for (let attempt = 1; ; attempt++) {
      const used = current;
      let isOpen = false;
      try {
        const { node } = await used;
        isOpen = true;
        gaveUp = false;
        const replies = await node.pipeline(commands);
        const refusal = options.failsOver
          ? replies.find((reply) => reply instanceof CachectlError && NOT_NOW.has(reply.code))
          : undefined;
        if (!(refusal instanceof CachectlError) || attempt > RECONNECT_ATTEMPTS || closed) return replies;
        options.log.say(`${refusal.message}; asking for the primary again`);
      } catch (error) {
        const passes = error instanceof CachectlError && mayPass(error);
        const isOver = attempt > (gaveUp ? 1 : RECONNECT_ATTEMPTS);
        if (!passes || isOver || closed || options.signal.aborted) {
          gaveUp ||= passes && isOver;
          throw error;
        }
        if (isOpen) sentAgain += commands.length;
        options.log.say(`${error.message}; connecting again, attempt ${attempt}`);
      }
      if (!gaveUp) await pause(pauseBefore(attempt), options.signal);
      replace(used);
    }
  };
  return {
    node: {
      address: first.node.address,
      multiKey: first.node.multiKey,
      isLean: first.node.isLean === true,
      pipeline,
      call: callThrough(pipeline),
      bulk: options.bulk,
      sentAgain: () => sentAgain,
    },
    timesOpened: () => opened,
    moveTo: async (address) => {
      const used = current;
      const at = await used.then(({ node }) => node.address).catch(() => undefined);
      if (at !== address) replace(used);
    },
    close: () => {
      closed = true;
      void current.then(({ close }) => close()).catch(() => undefined);
    },
  };
}

import { scanKeys } from './keyspace.ts';
import { sweepServer, type SweepServerParts } from './sweep-server.ts';
import type { OpenNode, KeyBatch, RedisClient, RedisNode, RedisTarget, ServerPlace } from './types.ts';

/** What a client of one primary is made of. */
export interface SingleParts {
  readonly target: RedisTarget;
  readonly kind: 'single' | 'sentinel';
  readonly primary: OpenNode;
  /** The replica that reading commands use, where one was asked for. */
  readonly replica: OpenNode | undefined;
  readonly servers: () => Promise<readonly ServerPlace[]>;
  readonly sweep: Omit<SweepServerParts, 'signal'>;
}

/** A client of one primary, which owns every key. */
export function singleClient(parts: SingleParts): RedisClient {
  const primary = parts.primary.node;
  const reader = parts.replica?.node ?? primary;
  const nodeFor = (reading: boolean | undefined): RedisNode => (reading === true ? reader : primary);
  return {
    target: parts.target,
    kind: parts.kind,
    primaries: () => Promise.resolve([primary]),
    servers: parts.servers,
    nodesFor: (keys, use) =>
      Promise.resolve(
        keys.length === 0 ? [] : [{ node: nodeFor(use?.reading), indexes: Array.from(keys.keys()) }],
      ),
    walk: async function* (query, signal): AsyncGenerator<KeyBatch, void, void> {
      const node = nodeFor(query.reading);
      for await (const batch of scanKeys(node, query, signal)) yield { node, ...batch };
    },
    sweep: (request, signal) => sweepServer(request, { ...parts.sweep, signal }),
    close: () => {
      parts.primary.close();
      parts.replica?.close();
      return Promise.resolve();
    },
  };
}

import type { ConnectionLog } from './connection-log.ts';
import type { ResilientNode } from './resilient-node.ts';
import type { SweepServerParts } from './sweep-server.ts';
import { walkServer } from './walk-server.ts';
import type { RedisClient, RedisTarget, ServerPlace } from './types.ts';

/** What a client of one primary is made of. */
export interface SingleParts {
  readonly target: RedisTarget;
  readonly kind: 'single' | 'sentinel';
  readonly primary: ResilientNode;
  /** The replica that reading commands use, where one was asked for. */
  readonly replica: ResilientNode | undefined;
  readonly log: ConnectionLog;
  readonly onClose?: () => void;
  readonly servers: () => Promise<readonly ServerPlace[]>;
  /** Missing where a sweep cannot follow the primary: then keys are walked. */
  readonly sweep?: Omit<SweepServerParts, 'signal'>;
}

/** A client of one primary, which owns every key. */
export function singleClient(parts: SingleParts): RedisClient {
  const primary = parts.primary.node;
  const serverFor = (reading: boolean | undefined): ResilientNode =>
    reading === true ? (parts.replica ?? parts.primary) : parts.primary;
  return {
    target: parts.target,
    kind: parts.kind,
    primaries: () => Promise.resolve([primary]),
    readers: () => Promise.resolve([serverFor(true).node]),
    servers: parts.servers,
    nodesFor: (keys, use) =>
      Promise.resolve(
        keys.length === 0
          ? []
          : [{ node: serverFor(use?.reading).node, indexes: keys.map((_, index) => index) }],
      ),
    walk: (query, signal) => walkServer(serverFor(query.reading), query, { signal, log: parts.log }),
    ...(parts.sweep && sweepOf(parts.sweep)),
    close: () => {
      parts.onClose?.();
      parts.primary.close();
      parts.replica?.close();
      return Promise.resolve();
    },
  };
}

function sweepOf(parts: Omit<SweepServerParts, 'signal'>): Required<Pick<RedisClient, 'sweep'>> {
  return {
    sweep: async (request, signal) => {
      const { sweepServer } = await import('./sweep-server.ts');
      return sweepServer(request, { ...parts, signal });
    },
  };
}

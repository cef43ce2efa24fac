import type { PasswordSource } from './credentials.ts';
import type { TlsSettings } from './tls-settings.ts';
import type { RedisTarget } from './types.ts';
import { formatAddress, type TcpAddress, type Topology } from './url.ts';

/** Everything needed to open one connection. Times are in milliseconds. */
export interface RedisOptions {
  /** The connection's name in the spec file, where it came from there. */
  readonly connectionName: string | undefined;
  readonly protected: boolean;
  readonly topology: Topology;
  readonly tls: TlsSettings | undefined;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: PasswordSource;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: PasswordSource;
  /** RESP version to speak; a server that knows only 2 is spoken to in 2 either way. */
  readonly protocol: 2 | 3;
  /** What CLIENT LIST shows. */
  readonly clientName: string;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  /** How often a connection that could not be opened is tried again. */
  readonly retries: number;
  /** Where reading commands read. */
  readonly readFrom: ReadFrom;
  /** What the nodes of a cluster call themselves (`host:port`), and how they are reached from here. */
  readonly natMap: ReadonlyMap<string, TcpAddress>;
}

/** Reading on replicas spares the primary; what they have may be a moment old. */
export type ReadFrom = 'primary' | 'replica';

/** What holds where nothing else is said. */
export const CONNECTION_DEFAULTS = {
  protocol: 3,
  clientName: 'cachectl',
  connectTimeoutMs: 5_000,
  commandTimeoutMs: 10_000,
  retries: 2,
  readFrom: 'primary',
} as const;

/** How messages call what is connected to: `host:port`, a socket's path, or the list of Sentinels or seeds. */
export function topologyAddress(topology: Topology): string {
  switch (topology.kind) {
    case 'single':
      return formatAddress(topology.address);
    case 'socket':
      return topology.path;
    case 'sentinel':
      return `${topology.primaryName}@${topology.sentinels.map(formatAddress).join(',')}`;
    case 'cluster':
      return topology.seeds.map(formatAddress).join(',');
  }
}

/** How messages and confirmations name a connection. */
export function describeTarget(options: RedisOptions): RedisTarget {
  const location = `${topologyAddress(options.topology)}/${options.database}`;
  return {
    connectionName: options.connectionName,
    location,
    name: options.connectionName ?? location,
    protected: options.protected,
    database: options.database,
  };
}

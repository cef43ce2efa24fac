import { UsageError } from '../cli/errors.ts';
import type { RedisTarget } from './types.ts';

/** Where one server listens. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: boolean }
  | { readonly kind: 'socket'; readonly path: string };

/** Everything needed to open one connection. Times are in milliseconds. */
export interface RedisOptions {
  readonly connectionName: string | undefined;
  readonly protected: boolean;
  readonly endpoint: Endpoint;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  /** How often a connection that could not be opened is tried again. */
  readonly retries: number;
}

/** The limits that hold where nothing else is said. */
export const CONNECTION_DEFAULTS = { connectTimeoutMs: 5_000, commandTimeoutMs: 10_000, retries: 2 } as const;

/** What a Redis URL says. */
export interface ParsedRedisUrl {
  readonly endpoint: Endpoint;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/**
 * Reads `redis://user:password@host:port/db`, `rediss://...` and `unix:///path/to.sock?db=1`
 * (the forms of the IANA registration, as redis-cli takes them). Messages never show the password.
 * @throws UsageError
 */
export function parseRedisUrl(text: string): ParsedRedisUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError('the Redis URL cannot be read', { hint: URL_HINT });
  }
  const credentials = {
    username: url.username === '' ? undefined : decode(url.username),
    password: url.password === '' ? undefined : decode(url.password),
  };
  switch (url.protocol) {
    case 'redis:':
    case 'rediss:':
      return {
        ...credentials,
        endpoint: {
          kind: 'tcp',
          host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
          port: url.port === '' ? 6379 : Number(url.port),
          tls: url.protocol === 'rediss:',
        },
        database: parseDatabase(url.pathname.replace(/^\/|\/$/g, '') || url.searchParams.get('db') || '0'),
      };
    case 'unix:':
      if (url.pathname === '' || url.pathname === '/')
        throw new UsageError('a unix:// URL needs the path of a socket', { hint: URL_HINT });
      return {
        ...credentials,
        endpoint: { kind: 'socket', path: decode(url.pathname) },
        database: parseDatabase(url.searchParams.get('db') ?? '0'),
      };
    case 'http:':
    case 'https:':
      throw new UsageError('--url names a Redis, and this is a web address', { hint: URL_HINT });
    default:
      throw new UsageError(`"${url.protocol}//" is not a kind of Redis URL`, { hint: URL_HINT });
  }
}

const URL_HINT =
  'write redis://host:6379/0, rediss://user:password@host:6380/0 or unix:///run/redis.sock?db=0';

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseDatabase(text: string): number {
  if (!/^\d{1,5}$/.test(text)) {
    throw new UsageError(`the database in the Redis URL must be a number, not "${text}"`, { hint: URL_HINT });
  }
  return Number(text);
}

/** `host:port`, with brackets around IPv6, or the socket's path. */
export function endpointAddress(endpoint: Endpoint): string {
  if (endpoint.kind === 'socket') return endpoint.path;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}

/** How messages and confirmations name a connection. */
export function describeTarget(options: RedisOptions): RedisTarget {
  const location = `${endpointAddress(options.endpoint)}/${options.database}`;
  return {
    connectionName: options.connectionName,
    location,
    name: options.connectionName ?? location,
    protected: options.protected,
  };
}

import { UsageError } from '../cli/errors.ts';
import { isLoopback } from '../text/loopback.ts';
import { nearest } from '../text/nearest.ts';

/** Where one server listens for TCP. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** How servers are found: named outright, through Sentinels, or as the nodes of a cluster. */
export type Topology =
  | { readonly kind: 'single'; readonly address: TcpAddress }
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly TcpAddress[];
      /** The name under which the Sentinels watch the primary. */
      readonly primaryName: string;
    }
  | { readonly kind: 'cluster'; readonly seeds: readonly TcpAddress[] };

/** Whether servers are reached in a way that does not leave this machine: what is used here, they have to share. */
export function isOnThisMachine(topology: Topology): boolean {
  switch (topology.kind) {
    case 'socket':
      return true;
    case 'single':
      return isLoopback(topology.address.host);
    case 'sentinel':
      return topology.sentinels.some(({ host }) => isLoopback(host));
    case 'cluster':
      return topology.seeds.some(({ host }) => isLoopback(host));
  }
}

/** What a Redis URL says. */
export interface RedisUrl {
  readonly topology: Topology;
  readonly tls: boolean;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The URL schemes, and what each is for. */
const URL_SCHEMES = [
  'redis',
  'rediss',
  'unix',
  'redis+sentinel',
  'rediss+sentinel',
  'redis+cluster',
  'rediss+cluster',
] as const;

const URL_HINT =
  'write redis://host:6379/0, rediss://user:password@host:6380/0, unix:///run/redis.sock?db=0, ' +
  'redis+sentinel://host:26379,host2:26379/mymaster/0 or redis+cluster://host:7000,host2:7001';

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;

/**
 * Reads a Redis URL: `redis://user:password@host:port/db` and `rediss://` (the IANA registration),
 * `unix:///path?db=1` (as redis-py has it), `redis+sentinel://host,host/name/db` and
 * `redis+cluster://host,host`. Messages never show the password.
 * @throws UsageError
 */
export function parseRedisUrl(text: string): RedisUrl {
  const match = /^([a-z][a-z+]*):\/\/(?:([^/?#]*)@)?([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(text.trim());
  if (match === null) throw urlError('the Redis URL cannot be read');
  const [, schemeText = '', userinfo, authority = '', path = '', queryText = ''] = match;
  const scheme = schemeText.toLowerCase();
  const query = new URLSearchParams(queryText);
  const credentials = parseUserinfo(userinfo);
  const tls = scheme.startsWith('rediss');
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  switch (scheme) {
    case 'redis':
    case 'rediss': {
      const [address = { host: '127.0.0.1', port: REDIS_PORT }, second] = parseAddresses(
        authority,
        REDIS_PORT,
      );
      if (second !== undefined) {
        throw urlError(
          `${scheme}:// names one server; several are a cluster (${scheme}+cluster://) or Sentinels (${scheme}+sentinel://)`,
        );
      }
      const database = parseDatabase(segments[0] ?? query.get('db') ?? '0');
      return { ...credentials, tls, database, topology: { kind: 'single', address } };
    }
    case 'unix':
      if (segments.length === 0) throw urlError('a unix:// URL needs the path of a socket');
      return {
        ...credentials,
        tls: false,
        database: parseDatabase(query.get('db') ?? '0'),
        topology: { kind: 'socket', path: decode(path) },
      };
    case 'redis+sentinel':
    case 'rediss+sentinel': {
      const sentinels = parseAddresses(authority, SENTINEL_PORT);
      const [primaryName, database] = segments;
      if (sentinels.length === 0 || primaryName === undefined) {
        throw urlError('a Sentinel URL needs the addresses of the Sentinels and the name of the primary');
      }
      return {
        ...credentials,
        tls,
        database: parseDatabase(database ?? query.get('db') ?? '0'),
        topology: { kind: 'sentinel', sentinels, primaryName },
      };
    }
    case 'redis+cluster':
    case 'rediss+cluster': {
      const seeds = parseAddresses(authority, REDIS_PORT);
      if (seeds.length === 0) throw urlError('a cluster URL needs the address of a node');
      if (parseDatabase(segments[0] ?? query.get('db') ?? '0') !== 0) {
        throw urlError('a cluster has database 0 only');
      }
      return { ...credentials, tls, database: 0, topology: { kind: 'cluster', seeds } };
    }
    case 'http':
    case 'https':
      throw urlError('--url names a Redis, and this is a web address');
    default: {
      const guess = nearest(scheme, URL_SCHEMES);
      throw new UsageError(`"${scheme}://" is not a kind of Redis URL`, {
        hint: guess === undefined ? URL_HINT : `did you mean ${guess}://?`,
      });
    }
  }
}

/**
 * `host:port,host2:port`, with IPv6 addresses in brackets.
 * @throws UsageError
 */
export function parseAddresses(text: string, defaultPort: number): readonly TcpAddress[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(part);
      const port = Number(match?.[3] ?? defaultPort);
      const host = match?.[1] ?? match?.[2] ?? '';
      if (match === null || port < 1 || port > 65_535)
        throw urlError('an address in the Redis URL is not host:port');
      return { host: host === '' ? '127.0.0.1' : decode(host), port };
    });
}

/** `host:port`, with brackets around IPv6. */
export function formatAddress({ host, port }: TcpAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * The NAT map of a connection, by the nodes' own names.
 * @throws UsageError
 */
export function parseNatMap(
  entries: Iterable<readonly [from: string, to: string]>,
): ReadonlyMap<string, TcpAddress> {
  const map = new Map<string, TcpAddress>();
  for (const [from, to] of entries) {
    const [address] = parseAddresses(to, REDIS_PORT);
    if (address !== undefined) map.set(from.trim(), address);
  }
  return map;
}

function parseUserinfo(userinfo: string | undefined): Pick<RedisUrl, 'username' | 'password'> {
  if (userinfo === undefined) return { username: undefined, password: undefined };
  const colon = userinfo.indexOf(':');
  const username = decode(colon === -1 ? userinfo : userinfo.slice(0, colon));
  const password = colon === -1 ? '' : decode(userinfo.slice(colon + 1));
  return {
    username: username === '' ? undefined : username,
    password: password === '' ? undefined : password,
  };
}

function parseDatabase(text: string): number {
  if (!/^\d{1,5}$/.test(text))
    throw urlError(`the database in the Redis URL must be a number, not "${text}"`);
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function urlError(message: string): UsageError {
  return new UsageError(message, { hint: URL_HINT });
}

import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { nearest } from '../text/nearest.ts';
import type { BulkChannel } from './bulk-channel.ts';
import { isUnavailable, type Opener } from './opener.ts';
import type { OpenNode, RedisNode, RedisReply } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';

/** A primary as the Sentinels see it at this moment. */
export interface WatchedPrimary {
  readonly primary: TcpAddress;
  readonly replicas: readonly TcpAddress[];
}

/**
 * Asks the Sentinels, one after the other, for the primary of a name and its replicas.
 * @throws CachectlError where none of them can be asked, or none knows the name
 */
export async function askSentinels(
  opener: Opener,
  sentinels: readonly TcpAddress[],
  name: string,
): Promise<WatchedPrimary> {
  let unreachable: unknown;
  let unknown: CachectlError | undefined;
  for (const address of sentinels) {
    let sentinel: OpenNode;
    try {
      sentinel = await opener.open({ kind: 'tcp', address }, 'sentinel');
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      unreachable ??= error;
      continue;
    }
    try {
      const primary = parseAddress(await askForPrimary(sentinel.node, name));
      if (primary !== undefined) return { primary, replicas: await replicasOf(sentinel.node, name) };
      unknown ??= await unknownName(sentinel.node, address, name);
    } finally {
      sentinel.close();
    }
  }
  throw unknown ?? noSentinel(sentinels, unreachable);
}

/**
 * Opens a connection to the primary, and proves that it is one: right after a failover a Sentinel may
 * still name the old one.
 */
export async function openPrimary(
  opener: Opener,
  sentinels: readonly TcpAddress[],
  name: string,
): Promise<OpenNode> {
  const { primary } = await askSentinels(opener, sentinels, name);
  const opened = await opener.open({ kind: 'tcp', address: primary }, 'data');
  await provePrimary(opened.node.call, opened.close, primary, name);
  return opened;
}

/** The same for a bulk channel. */
export async function openPrimaryBulk(
  opener: Opener,
  sentinels: readonly TcpAddress[],
  name: string,
): Promise<BulkChannel> {
  const { primary } = await askSentinels(opener, sentinels, name);
  const channel = await opener.openBulk({ kind: 'tcp', address: primary }, 'data');
  await provePrimary(channel.call, channel.close, primary, name);
  return channel;
}

async function provePrimary(
  call: RedisNode['call'],
  close: () => void,
  primary: TcpAddress,
  name: string,
): Promise<void> {
  const role = await call('ROLE').then(
    (reply) => (Array.isArray(reply) ? String(reply[0]) : ''),
    // A user who may not ask for the role has to trust the Sentinel.
    () => 'master',
  );
  if (role === 'master') return;
  close();
  throw new CachectlError(`${formatAddress(primary)} is not (or no longer) the primary of "${name}"`, {
    code: 'redis.sentinel-unsettled',
    exitCode: ExitCode.unreachable,
    hint: 'a failover may be going on; try again in a moment',
  });
}

async function askForPrimary(sentinel: RedisNode, name: string): Promise<RedisReply> {
  try {
    return await sentinel.call('SENTINEL', 'get-master-addr-by-name', name);
  } catch (error) {
    if (!(error instanceof CachectlError && /unknown command/i.test(error.message))) throw error;
    throw new CachectlError(`${sentinel.address} is a Redis, not a Sentinel`, {
      code: 'redis.not-sentinel',
      exitCode: ExitCode.usage,
      hint: 'name the Sentinels (port 26379 by default), or use redis:// for this server',
    });
  }
}

async function replicasOf(sentinel: RedisNode, name: string): Promise<readonly TcpAddress[]> {
  const reply = await sentinel.call('SENTINEL', 'replicas', name);
  return listOf(reply).flatMap((fields) => {
    const map = fieldMap(fields);
    if (/s_down|o_down|disconnected/.test(map.get('flags') ?? '')) return [];
    const port = Number(map.get('port'));
    const host = map.get('ip') ?? '';
    return host === '' || !(port > 0) ? [] : [{ host, port }];
  });
}

async function unknownName(sentinel: RedisNode, address: TcpAddress, name: string): Promise<CachectlError> {
  const known = listOf(await sentinel.call('SENTINEL', 'masters')).flatMap(
    (fields) => fieldMap(fields).get('name') ?? [],
  );
  const guess = nearest(name, known);
  return new CachectlError(`the Sentinel at ${formatAddress(address)} watches no primary "${name}"`, {
    code: 'redis.sentinel-name',
    exitCode: ExitCode.usage,
    hint:
      guess !== undefined
        ? `did you mean ${guess}?`
        : known.length > 0
          ? `it watches ${known.join(', ')}`
          : 'it watches none',
  });
}

function noSentinel(sentinels: readonly TcpAddress[], cause: unknown): CachectlError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new CachectlError(
    `none of the Sentinels ${sentinels.map(formatAddress).join(', ')} can be asked${why}`,
    {
      code: 'redis.refused',
      exitCode: ExitCode.unreachable,
      hint: 'are these the addresses of the Sentinels (port 26379 by default), not of Redis?',
      cause,
    },
  );
}

function parseAddress(reply: RedisReply): TcpAddress | undefined {
  const [host, port] = listOf(reply);
  return host === undefined || host === null ? undefined : { host: String(host), port: Number(port) };
}

function listOf(reply: RedisReply): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
}

function fieldMap(reply: RedisReply): ReadonlyMap<string, string> {
  const flat = listOf(reply).map((field) => (field === null ? '' : String(field)));
  return new Map(
    flat.flatMap((field, index) => (index % 2 === 0 ? [[field, flat[index + 1] ?? ''] as const] : [])),
  );
}

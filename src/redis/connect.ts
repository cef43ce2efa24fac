import { connect as connectSocket } from 'node:net';
import { Redis, type RedisOptions as IoredisOptions } from 'ioredis';
import type { CachectlError } from '../cli/errors.ts';
import { ioredisNode } from './ioredis-node.ts';
import { describeTarget, endpointAddress, type Endpoint, type RedisOptions } from './options.ts';
import { noTlsError, translateRedisError } from './translate-error.ts';
import type { RedisClient } from './types.ts';
import { pause, within } from './wait.ts';

/** A connection lost in the middle of the work is tried again this often, with growing pauses. */
const RECONNECT_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** How long a plain server may take to show that it is one, after a TLS handshake came to nothing. */
const PLAIN_PROBE_MS = 500;

/** Causes that may be gone in a moment. A timeout is none: it has been waited for already. */
const TRANSIENT = new Set(['redis.refused', 'redis.reset', 'redis.loading', 'redis.max-clients']);

/** What the connection layer tells while it works, for `--verbose`. */
export type ConnectionLog = (message: string) => void;

/**
 * Opens a connection and proves that it works: user, password and database included.
 * @throws CachectlError with one clear cause, after `options.retries` further attempts where it may pass;
 *   the signal's reason once it is aborted
 */
export async function connectRedis(
  options: RedisOptions,
  signal: AbortSignal,
  log: ConnectionLog,
): Promise<RedisClient> {
  const address = endpointAddress(options.endpoint);
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await openConnection(options, signal);
      log(`connected to Redis at ${address}`);
      return singleClient(options, connection);
    } catch (error) {
      signal.throwIfAborted();
      const failure = await diagnose(translateRedisError(error, address), options.endpoint, signal);
      if (attempt >= options.retries || !TRANSIENT.has(failure.code)) throw failure;
      const pauseMs = pauseBefore(attempt + 1);
      log(`${failure.message}; trying again in ${pauseMs} ms`);
      await pause(pauseMs, signal);
    }
  }
}

function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
}

async function openConnection(options: RedisOptions, signal: AbortSignal): Promise<Redis> {
  let ready = false;
  let firstError: unknown;
  const connection = new Redis({
    ...endpointOptions(options.endpoint),
    db: options.database,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    lazyConnect: true,
    connectTimeout: options.connectTimeoutMs,
    connectionName: 'cachectl',
    replyMapping: 'legacy',
    disableClientInfo: true,
    enableReadyCheck: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 1,
    // Before the first success connectRedis decides; afterwards a restarted server is waited for.
    retryStrategy: (times: number) => (ready && times <= RECONNECT_ATTEMPTS ? pauseBefore(times) : null),
  });
  connection.on('error', (error: unknown) => {
    firstError ??= error;
  });
  try {
    // connect() has no limit on the handshake, and rejects with "Connection is closed." whatever the cause
    // was; the cause comes as an error event.
    await within(connection.connect(), options.connectTimeoutMs, signal);
    await within(connection.ping(), options.connectTimeoutMs, signal);
    if (firstError instanceof Error) throw firstError;
    ready = true;
    return connection;
  } catch (error) {
    connection.disconnect();
    throw firstError instanceof Error ? firstError : error;
  }
}

function endpointOptions(endpoint: Endpoint): Pick<IoredisOptions, 'path' | 'host' | 'port' | 'tls'> {
  if (endpoint.kind === 'socket') return { path: endpoint.path };
  const { host, port } = endpoint;
  if (!endpoint.tls) return { host, port };
  // RFC 6066 allows no IP address as server name.
  return { host, port, tls: isIpAddress(host) ? {} : { servername: host } };
}

function isIpAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}

/** A plain server waits for the end of what it takes for a command, so a TLS handshake just times out. */
async function diagnose(
  failure: CachectlError,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<CachectlError> {
  if (failure.code !== 'redis.timeout' || endpoint.kind !== 'tcp' || !endpoint.tls) return failure;
  return (await answersPlainly(endpoint, signal)) ? noTlsError(endpointAddress(endpoint)) : failure;
}

async function answersPlainly(
  endpoint: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<boolean> {
  const socket = connectSocket({ host: endpoint.host, port: endpoint.port });
  try {
    const answer = new Promise<string>((resolve, reject) => {
      socket.once('data', (data) => resolve(data.toString('latin1')));
      socket.once('error', reject);
      socket.write('PING\r\n');
    });
    return /^[+-]/.test(await within(answer, PLAIN_PROBE_MS, signal));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function singleClient(options: RedisOptions, connection: Redis): RedisClient {
  const node = ioredisNode(connection, endpointAddress(options.endpoint), options.commandTimeoutMs);
  return {
    target: describeTarget(options),
    primaries: () => Promise.resolve([node]),
    nodesFor: (keys) =>
      Promise.resolve(keys.length === 0 ? [] : [{ node, indexes: Array.from(keys.keys()) }]),
    close: () => {
      // QUIT would wait for a server that may hang; everything that was asked for has been answered.
      connection.disconnect();
      return Promise.resolve();
    },
  };
}

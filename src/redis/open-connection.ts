import { Redis, type RedisOptions as IoredisOptions } from 'ioredis';
import type { ConnectionSettings } from './place.ts';
import { tlsOptions } from './tls.ts';
import { within } from './wait.ts';

/**
 * Opens one connection and proves that it works: user, password and database included. It is never
 * opened again by itself: whoever uses it knows better where to, and for how long.
 * @throws whatever ioredis or the network gave as the first cause; the signal's reason once it is aborted
 */
export async function openConnection(settings: ConnectionSettings, signal: AbortSignal): Promise<Redis> {
  let firstError: Error | undefined;
  const redis = new Redis({
    ...placeOptions(settings),
    db: settings.database,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    lazyConnect: true,
    protocol: settings.protocol,
    connectTimeout: settings.connectTimeoutMs,
    // How long the process would stay for a server that does not close its end: nothing is under way by then.
    disconnectTimeout: 100,
    connectionName: settings.clientName,
    readOnly: settings.readOnly,
    replyMapping: 'legacy',
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResubscribe: false,
    retryStrategy: () => null,
  });
  redis.on('error', (error: Error) => {
    firstError ??= error;
  });
  try {
    // connect() has no limit on the handshake, and rejects with "Connection is closed." whatever the cause
    // was; the cause comes as an error event.
    await within(redis.connect(), settings.connectTimeoutMs, signal);
    await within(redis.ping().catch(ignoreRefusedPing), settings.connectTimeoutMs, signal);
    if (firstError !== undefined) throw firstError;
    return redis;
  } catch (error) {
    // Of a connection that is closed already, ioredis would wait for the end until its limit.
    if (redis.status !== 'end') redis.disconnect();
    signal.throwIfAborted();
    throw firstError ?? error;
  }
}

/** A server that takes no writes, or a user that may not say PING, refuses it; reads work nevertheless. */
function ignoreRefusedPing(error: unknown): void {
  if (!(error instanceof Error) || !/^(MISCONF|NOPERM)/.test(error.message)) throw error;
}

function placeOptions(settings: ConnectionSettings): Pick<IoredisOptions, 'path' | 'host' | 'port' | 'tls'> {
  const { place, tls } = settings;
  if (place.kind === 'socket') return { path: place.path };
  const { host, port } = place.address;
  return { host, port, ...(tls === undefined ? {} : { tls: tlsOptions(tls, host) }) };
}

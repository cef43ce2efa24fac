import type { BulkChannel } from './bulk-channel.ts';
import type { ConnectionLog } from './connection-log.ts';
import type { RedisOptions } from './options.ts';
import { mayPass, pauseBefore } from './patience.ts';
import { placeName, type ConnectionSettings, type Place } from './place.ts';
import { openResp } from './resp/open-resp.ts';
import { respNode } from './resp/resp-node.ts';
import type { TlsMaterial } from './tls.ts';
import { atSentinel, isConnectionFailure, translateRedisError } from './translate-error.ts';
import { pause, within } from './wait.ts';
import type { OpenNode, RedisReply } from './types.ts';
import type { TcpAddress } from './url.ts';

/** What is known once the files, commands and people that hold secrets have been asked. */
export interface Secrets {
  readonly password: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly tls: TlsMaterial | undefined;
}

/** Who a connection is for: Sentinels have users and passwords of their own, and no databases. */
export type Purpose = 'data' | 'replica' | 'sentinel';

/** A node, and what its server told of itself at the door. */
export interface OpenSingle extends OpenNode {
  /** HELLO's reply, where RESP3 is spoken. */
  readonly hello: RedisReply | undefined;
}

/** Opens connections that all use the same secrets and settings. */
export interface Opener {
  /** One attempt. @throws CachectlError with one clear cause */
  readonly open: (place: Place, purpose: Purpose) => Promise<OpenNode>;
  /**
   * The same over a connection of our own, which is there a good deal sooner than ioredis: for what needs
   * nothing but one server. @throws CachectlError with one clear cause
   */
  readonly openSingle: (place: Place) => Promise<OpenSingle>;
  /** A connection of our own to the same server, for bulk work. @throws CachectlError with one clear cause */
  readonly openBulk: (place: Place, purpose: Purpose) => Promise<BulkChannel>;
  /** A connection that tells of a Sentinel's messages in one channel, until it is closed or lost. */
  readonly listen: (
    address: TcpAddress,
    channel: string,
    onMessage: (message: string) => void,
  ) => Promise<{ readonly close: () => void }>;
  /** The same with `retries` further attempts where the cause may pass, and pauses in between. */
  readonly insist: <Result>(attempt: () => Promise<Result>) => Promise<Result>;
}

/** An opener for one connection's options. */
export function createOpener(
  options: RedisOptions,
  secrets: Secrets,
  signal: AbortSignal,
  log: ConnectionLog,
): Opener {
  const settingsFor = (place: Place, purpose: Purpose): ConnectionSettings => {
    const isSentinel = purpose === 'sentinel';
    return {
      place,
      tls: secrets.tls,
      username: isSentinel ? options.sentinelUsername : options.username,
      password: isSentinel ? secrets.sentinelPassword : secrets.password,
      database: isSentinel ? 0 : options.database,
      protocol: options.protocol,
      clientName: options.clientName,
      connectTimeoutMs: options.connectTimeoutMs,
      readOnly: purpose === 'replica',
    };
  };
  const diagnosed = async <Opened>(
    place: Place,
    purpose: Purpose,
    opening: Promise<Opened>,
  ): Promise<Opened> => {
    try {
      return await opening;
    } catch (error) {
      signal.throwIfAborted();
      const address = placeName(place);
      const { diagnoseOpening } = await import('./diagnose-opening.ts');
      const failure = await diagnoseOpening(translateRedisError(error, address), place, {
        tls: secrets.tls !== undefined,
        hasCertificate: secrets.tls?.cert !== undefined,
        signal,
      });
      throw purpose === 'sentinel' ? atSentinel(failure, address) : failure;
    }
  };
  const open = async (place: Place, purpose: Purpose): Promise<OpenNode> => {
    const address = placeName(place);
    const [{ openConnection }, { ioredisNode }] = await Promise.all([
      import('./open-connection.ts'),
      import('./ioredis-node.ts'),
    ]);
    const connection = await diagnosed(place, purpose, openConnection(settingsFor(place, purpose), signal));
    log.say(`connected to ${purpose === 'sentinel' ? 'the Sentinel' : 'Redis'} at ${address}`);
    return {
      node: ioredisNode(connection, address, { timeoutMs: options.commandTimeoutMs, signal, log }),
      // QUIT would wait for a server that may hang; everything that was asked for has been answered.
      close: () => connection.disconnect(),
    };
  };
  const openSingle = async (place: Place): Promise<OpenSingle> => {
    const opening = openResp(settingsFor(place, 'data'), { silenceMs: undefined, signal, log });
    const { connection, hello } = await diagnosed(place, 'data', opening);
    log.say(`connected to Redis at ${connection.address}`);
    return {
      node: respNode(connection, { timeoutMs: options.commandTimeoutMs, signal }),
      hello,
      close: () => connection.close(),
    };
  };
  const openBulk = async (place: Place, purpose: Purpose): Promise<BulkChannel> => {
    // RESP2, which every server speaks without being asked: all that bulk work reads is the same in both.
    const settings: ConnectionSettings = { ...settingsFor(place, purpose), protocol: 2 };
    const { respChannel } = await import('./resp/channel.ts');
    const opening = openResp(settings, { silenceMs: options.commandTimeoutMs, signal, log });
    return respChannel((await diagnosed(place, purpose, opening)).connection);
  };
  const insist = async <Result>(attempt: () => Promise<Result>): Promise<Result> => {
    for (let failures = 1; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        signal.throwIfAborted();
        const failure = translateRedisError(error, '');
        if (failures > options.retries || !mayPass(failure)) throw failure;
        const pauseMs = pauseBefore(failures);
        log.say(`${failure.message}; trying again in ${pauseMs} ms`);
        await pause(pauseMs, signal);
      }
    }
  };
  const listen: Opener['listen'] = async (address, channel, onMessage) => {
    const { openConnection } = await import('./open-connection.ts');
    const connection = await openConnection(settingsFor({ kind: 'tcp', address }, 'sentinel'), signal);
    connection.on('message', (_channel, message) => onMessage(message));
    try {
      await within(connection.subscribe(channel), options.commandTimeoutMs, signal);
    } catch (error) {
      // Nobody gets it to close it, and open it would keep the process.
      connection.disconnect();
      throw error;
    }
    return { close: () => connection.disconnect() };
  };
  return { open, openSingle, openBulk, listen, insist };
}

/** Whether a failure to open means that nobody is there, and so that another place may be asked instead. */
export function isUnavailable(error: unknown): boolean {
  const failure = translateRedisError(error, '');
  return (isConnectionFailure(failure) || mayPass(failure)) && failure.code !== 'redis.auth';
}

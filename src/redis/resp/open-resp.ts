import { connect, type Socket } from 'node:net';
import type { ConnectionLog } from '../connection-log.ts';
import { GRACE_MS } from '../patience.ts';
import { placeName, type ConnectionSettings } from '../place.ts';
import type { RedisReply } from '../types.ts';
import { within } from '../wait.ts';
import { shakeHands } from './handshake.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import { RespConnection, type OpenSocket } from './resp-connection.ts';

/** A connection that works. */
export interface OpenedResp {
  readonly connection: RespConnection;
  /** What HELLO told, where RESP3 is spoken. */
  readonly hello: RedisReply | undefined;
}

/** How a connection is watched. */
export interface OpenRespOptions {
  /** The longest silence while a reply is waited for, in ms; `undefined` where whoever asks limits each wait. */
  readonly silenceMs: number | undefined;
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
}

/**
 * Opens a connection of our own and proves that it works: user, password and database included. It is never
 * opened again by itself: whoever uses it knows better where to, and for how long.
 * @throws whatever the network or the server gave as the first cause; the signal's reason once it is aborted
 */
export async function openResp(
  settings: ConnectionSettings,
  { silenceMs, signal, log }: OpenRespOptions,
): Promise<OpenedResp> {
  const open = await openSocket(settings, signal);
  const { socket } = open;
  const address = placeName(settings.place);
  const count = (commands: number): void => log.roundTrip(address, commands);
  let isOpen = false;
  const connection = new RespConnection(open, address, silenceMs ?? 0, (commands) => {
    // The handshake's commands go out together, each with a receiver of its own.
    if (isOpen) count(commands);
  });
  try {
    const hands = shakeHands(connection, settings, count);
    const hello = await within(hands, settings.connectTimeoutMs, signal);
    isOpen = true;
    if (silenceMs !== undefined) {
      // What is under way when everything is to stop gets a moment to be answered, and no more.
      const onAbort = (): void => connection.limitSilence(Math.min(silenceMs, GRACE_MS));
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('close', () => signal.removeEventListener('abort', onAbort));
    }
    return { connection, hello };
  } catch (error) {
    connection.close();
    signal.throwIfAborted();
    throw error;
  }
}

async function openSocket(settings: ConnectionSettings, signal: AbortSignal): Promise<OpenSocket> {
  signal.throwIfAborted();
  const received = new ReceiveBuffer();
  const { socket, event } = await beginConnecting(settings, received);
  let onFailure: (error?: Error) => void = () => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    onFailure = (error) => reject(error ?? new Error('Connection is closed.'));
    socket.once(event, resolve);
    // Stays: an error that nobody listens to would end the process.
    socket.on('error', onFailure);
    socket.once('close', onFailure);
  });
  try {
    await within(opened, settings.connectTimeoutMs, signal);
    return { socket, received };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** TLS is loaded only where it is spoken: that takes some milliseconds of a command's start. */
async function beginConnecting(
  { place, tls }: ConnectionSettings,
  received: ReceiveBuffer,
): Promise<{
  readonly socket: Socket;
  readonly event: 'connect' | 'secureConnect';
}> {
  if (place.kind === 'tcp' && tls !== undefined) {
    const { connectTls } = await import('../tls.ts');
    const socket = connectTls(place.address, tls);
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    return { socket, event: 'secureConnect' };
  }
  const onread = {
    buffer: () => received.room(),
    callback: (count: number) => {
      received.filled(count);
      return true;
    },
  };
  const target = place.kind === 'socket' ? { path: place.path } : place.address;
  return { socket: connect({ ...target, onread }), event: 'connect' };
}

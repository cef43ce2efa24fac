import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionLog } from '../connection-log.ts';
import { placeName, type ConnectionSettings } from '../open-connection.ts';
import { tlsOptions } from '../tls.ts';
import type { RedisCommand } from '../types.ts';
import { GRACE_MS } from '../patience.ts';
import { within } from '../wait.ts';
import { decodeReply } from './decode.ts';
import { encodeCommands } from './encode.ts';
import { RespErrorReply } from './protocol-error.ts';
import { RespConnection } from './resp-connection.ts';

/**
 * Opens a connection of our own and proves that it works: user, password and database included. It speaks
 * RESP2, which every server speaks without being asked; all that bulk work reads is the same in both.
 * @throws whatever the network or the server gave as the first cause; the signal's reason once it is aborted
 */
export async function openResp(
  settings: ConnectionSettings,
  timeoutMs: number,
  signal: AbortSignal,
  log: ConnectionLog,
): Promise<RespConnection> {
  const socket = await openSocket(settings, signal);
  const address = placeName(settings.place);
  const connection = new RespConnection(socket, address, timeoutMs, (commands) =>
    log.roundTrip(address, commands),
  );
  try {
    await within(shakeHands(connection, settings), settings.connectTimeoutMs, signal);
    // What is under way when everything is to stop gets a moment to be answered, and no more.
    const onAbort = (): void => connection.limitSilence(Math.min(timeoutMs, GRACE_MS));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', onAbort));
    return connection;
  } catch (error) {
    connection.close();
    signal.throwIfAborted();
    throw error;
  }
}

async function openSocket(settings: ConnectionSettings, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const { place, tls } = settings;
  const isSecure = place.kind === 'tcp' && tls !== undefined;
  const socket =
    place.kind === 'socket'
      ? connectPlain({ path: place.path })
      : tls === undefined
        ? connectPlain(place.address)
        : connectTls({ ...place.address, ...tlsOptions(tls, place.address.host) });
  let onFailure: (error?: Error) => void = () => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    onFailure = (error) => reject(error ?? new Error('Connection is closed.'));
    socket.once(isSecure ? 'secureConnect' : 'connect', resolve);
    // Stays: an error that nobody listens to would end the process.
    socket.on('error', onFailure);
    socket.once('close', onFailure);
  });
  try {
    await within(opened, settings.connectTimeoutMs, signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** All in one round trip; PING proves that commands are taken. */
async function shakeHands(connection: RespConnection, settings: ConnectionSettings): Promise<void> {
  const { username, password, database, clientName, readOnly } = settings;
  const steps: { readonly command: RedisCommand; readonly mayFail?: boolean }[] = [];
  if (password !== undefined) {
    steps.push({ command: username === undefined ? ['AUTH', password] : ['AUTH', username, password] });
  }
  if (database !== 0) steps.push({ command: ['SELECT', database] });
  // Only for whoever looks at CLIENT LIST: a user without the right to set it does without.
  steps.push({ command: ['CLIENT', 'SETNAME', clientName], mayFail: true });
  if (readOnly) steps.push({ command: ['READONLY'], mayFail: true });
  steps.push({ command: ['PING'] });
  await new Promise<void>((resolve, reject) => {
    // A server that refuses a client says why and hangs up: the reply is the cause, not the end after it.
    let refusal: RespErrorReply | undefined;
    for (const [index, { command, mayFail }] of steps.entries()) {
      connection.send([encodeCommands([command])], 1, {
        receive: (bytes, start) => {
          const { value } = decodeReply(bytes, start);
          if (value instanceof RespErrorReply && mayFail !== true) refusal ??= value;
          if (index === steps.length - 1) {
            if (refusal === undefined) resolve();
            else reject(refusal);
          }
        },
        lose: (error) => reject(refusal ?? error),
      });
    }
  });
}

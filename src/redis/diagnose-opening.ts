import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { CachectlError } from '../cli/errors.ts';
import { placeName, type Place } from './place.ts';
import { noTlsError, translateRedisError, wantsTlsError } from './translate-error.ts';
import type { TcpAddress } from './url.ts';
import { within } from './wait.ts';

/** How long a server may take to show what it is: it may be busy, and only who stays silent is waited for so long. */
const PROBE_MS = 2_000;

/**
 * The better error where a connection came to nothing and the cause does not say why. A plain server takes
 * a TLS handshake for a command that has no end yet, and is silent; a TLS server hangs up on a plain command;
 * and the reason of a server that has no room is lost when it hangs up on somebody who is just writing.
 */
export async function diagnoseOpening(
  failure: CachectlError,
  place: Place,
  {
    tls,
    hasCertificate,
    signal,
  }: { readonly tls: boolean; readonly hasCertificate: boolean; readonly signal: AbortSignal },
): Promise<CachectlError> {
  if (place.kind !== 'tcp') return failure;
  const { address } = place;
  const name = placeName(place);
  const hungUp = failure.code === 'redis.reset';
  if (!tls && hungUp) return diagnoseHangUp(failure, address, name, signal);
  if (tls && hungUp && !hasCertificate) {
    // The alert that says why may be lost to somebody who is just writing: this one only listens.
    const alert = await tlsAlert(address, signal);
    if (alert !== undefined) return translateRedisError(alert, name);
  }
  if (tls && failure.code === 'redis.timeout')
    return (await answersPlainly(address, signal)) ? noTlsError(name) : failure;
  if (!tls && failure.code === 'redis.protocol')
    return (await answersTls(address, signal)) ? wantsTlsError(name) : failure;
  return failure;
}

/** One that has no room says so unasked, and one that speaks TLS says nothing until it is greeted: both are tried at once. */
async function diagnoseHangUp(
  failure: CachectlError,
  address: TcpAddress,
  name: string,
  signal: AbortSignal,
): Promise<CachectlError> {
  const known = new AbortController();
  const either = AbortSignal.any([signal, known.signal]);
  try {
    const said = firstWords(connect(address), PROBE_MS, either);
    const speaksTls = answersTls(address, either);
    const words = await Promise.race([said, speaksTls.then((does) => (does ? '' : said))]);
    if (words.startsWith('-')) return translateRedisError(new Error(words.slice(1).trim()), name);
    return (await speaksTls) ? wantsTlsError(name) : failure;
  } finally {
    known.abort();
  }
}

async function answersPlainly(address: TcpAddress, signal: AbortSignal): Promise<boolean> {
  const socket = connect(address);
  socket.write('PING\r\n');
  return /^[+-]/.test(await firstWords(socket, PROBE_MS, signal));
}

/** What the other side says first; nothing where it says nothing in time. */
async function firstWords(socket: Socket, ms: number, signal: AbortSignal): Promise<string> {
  try {
    const words = new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString('latin1')));
      socket.once('close', () => resolve(''));
      socket.on('error', () => resolve(''));
    });
    return await within(words, ms, signal);
  } catch {
    return '';
  } finally {
    socket.destroy();
  }
}

/** What a TLS server that hangs up on us says as its reason, where that is a certificate of ours. */
async function tlsAlert(address: TcpAddress, signal: AbortSignal): Promise<Error | undefined> {
  const socket = connectTls({ ...address, rejectUnauthorized: false });
  try {
    const told = new Promise<Error | undefined>((resolve) => {
      socket.once('close', () => resolve(undefined));
      socket.on('error', (error: NodeJS.ErrnoException) =>
        resolve(/CERTIFICATE_REQUIRED/.test(error.code ?? '') ? error : undefined),
      );
    });
    return await within(told, PROBE_MS, signal);
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

/** Only asks what it is; nothing is sent over this connection, so there is nothing to verify. */
async function answersTls(address: TcpAddress, signal: AbortSignal): Promise<boolean> {
  const socket = connectTls({ ...address, rejectUnauthorized: false });
  try {
    const shaken = new Promise<boolean>((resolve) => {
      socket.once('secureConnect', () => resolve(true));
      socket.once('close', () => resolve(false));
      // One that wants a client certificate says so in TLS as well.
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(/ALERT/.test(error.code ?? '')));
    });
    return await within(shaken, PROBE_MS, signal);
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

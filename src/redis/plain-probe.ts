import { connect } from 'node:net';
import type { CachectlError } from '../cli/errors.ts';
import { placeName, type Place } from './open-connection.ts';
import { noTlsError } from './translate-error.ts';
import type { TcpAddress } from './url.ts';
import { within } from './wait.ts';

/** How long a plain server may take to show that it is one. */
const PROBE_MS = 500;

/**
 * The better error where a TLS handshake came to nothing: a plain server waits for the end of what it
 * takes for a command, so the handshake just times out.
 */
export async function diagnoseTls(
  failure: CachectlError,
  place: Place,
  tls: boolean,
  signal: AbortSignal,
): Promise<CachectlError> {
  if (failure.code !== 'redis.timeout' || place.kind !== 'tcp' || !tls) return failure;
  return (await answersPlainly(place.address, signal)) ? noTlsError(placeName(place)) : failure;
}

async function answersPlainly(address: TcpAddress, signal: AbortSignal): Promise<boolean> {
  const socket = connect({ host: address.host, port: address.port });
  try {
    const answer = new Promise<string>((resolve, reject) => {
      socket.once('data', (data) => resolve(data.toString('latin1')));
      socket.once('error', reject);
      socket.write('PING\r\n');
    });
    return /^[+-]/.test(await within(answer, PROBE_MS, signal));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

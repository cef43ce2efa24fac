import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import {
  CLOSED,
  NEEDS_TLS,
  NETWORK,
  NETWORK_ALIASES,
  NO_TLS,
  REPLIES,
  TIMED_OUT,
  tlsTranslation,
  type Translation,
} from './error-table.ts';

/** Causes that concern the connection as a whole, not one command. */
const CONNECTION_FAILURES = new Set([
  'redis.refused',
  'redis.reset',
  'redis.timeout',
  'redis.protocol',
  'redis.dns',
  'redis.unreachable',
  'redis.tls',
  'redis.no-tls',
  'redis.needs-tls',
  'redis.auth',
  'redis.max-clients',
]);

/** Whether an error concerns the connection as a whole, not one command. */
export function isConnectionFailure(error: CachectlError): boolean {
  return CONNECTION_FAILURES.has(error.code);
}

const TLS_CODES =
  /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH|ERR_OSSL)/;

/** An error as libraries throw it. */
interface ErrorLike {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly name?: unknown;
}

/**
 * What went wrong with Redis, as a person needs to hear it. Server messages are escaped; what was
 * sent, and so every password, is never part of the message.
 */
export function translateRedisError(error: unknown, address: string): CachectlError {
  if (error instanceof CachectlError) return error;
  const { code, message, name } = (typeof error === 'object' && error !== null ? error : {}) as ErrorLike;
  const text = typeof message === 'string' ? message : String(error);
  const told = (translation: Translation): CachectlError => tell(translation, address, text, error);
  const errorCode = typeof code === 'string' ? code : '';
  if (TLS_CODES.test(errorCode) || /wrong version number|packet length too long/.test(text))
    return told(tlsTranslation(errorCode, text));
  const network = NETWORK[NETWORK_ALIASES[errorCode] ?? errorCode];
  if (network !== undefined) return told(network);
  if (/Command timed out|Socket timeout/.test(text)) return told(TIMED_OUT);
  if (/Protocol error|^Unknown RESP type/.test(text) || name === 'ParserError') {
    return told({
      code: 'redis.protocol',
      exitCode: ExitCode.unreachable,
      message: 'what answers at {at} is not a Redis server',
      hint: 'is this the right port? a TLS server needs rediss://',
    });
  }
  if (
    /^Connection is closed|^Command aborted due to connection close|^Stream isn't writeable|Reached the max retries/.test(
      text,
    )
  )
    return told(CLOSED);
  for (const [prefix, translation] of REPLIES) if (prefix.test(text)) return told(translation);
  return told({
    code: 'redis.error',
    exitCode: ExitCode.refused,
    message: 'Redis at {at} answered: {reply}',
  });
}

/** A plain server where TLS was asked for: found out by asking it plainly, since the handshake only hangs. */
export function noTlsError(address: string): CachectlError {
  return tell(NO_TLS, address, '', undefined);
}

/** A TLS server that was spoken to plainly: found out by a handshake, since it only hangs up. */
export function wantsTlsError(address: string): CachectlError {
  return tell(NEEDS_TLS, address, '', undefined);
}

/** The same failure, where it was a Sentinel that was asked: it has a password of its own. */
export function atSentinel(failure: CachectlError, address: string): CachectlError {
  const { code, exitCode, message, cause } = failure;
  const isAuth = code === 'redis.auth';
  return new CachectlError(
    message.replace(`Redis at ${address}`, () => `the Sentinel at ${address}`),
    {
      code,
      exitCode,
      cause,
      hint: isAuth
        ? '--sentinel-password-file FILE or sentinel_password: in the spec file; it is not the password of Redis'
        : failure.hint,
    },
  );
}

function tell(translation: Translation, address: string, reply: string, cause: unknown): CachectlError {
  const { code, exitCode, hint } = translation;
  const message = translation.message
    .replace('{at}', () => address)
    .replace('{reply}', () => escapeText(withoutArguments(reply)));
  return new CachectlError(message, { code, exitCode, hint, cause });
}

/** Servers repeat the arguments of a command that they do not know; for HELLO and AUTH that is the password. */
function withoutArguments(reply: string): string {
  return reply.replace(/,? with args beginning with:.*/s, '');
}

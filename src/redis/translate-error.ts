import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';

/** How one cause is told: `{at}` in the message stands for the server's address. */
interface Translation {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint?: string;
}

const TIMED_OUT: Translation = {
  code: 'redis.timeout',
  exitCode: ExitCode.unreachable,
  message: 'Redis at {at} did not answer in time',
  hint: 'a firewall, a wrong host, or a server that is busy; connect_timeout and command_timeout set the limits',
};
const CLOSED: Translation = {
  code: 'redis.reset',
  exitCode: ExitCode.unreachable,
  message: 'Redis at {at} closed the connection',
  hint: 'the server was stopped, or is at its maxclients (over TLS it cannot say so), or something in between hung up',
};

const NETWORK: Readonly<Record<string, Translation>> = {
  ECONNREFUSED: {
    code: 'redis.refused',
    exitCode: ExitCode.unreachable,
    message: 'Redis at {at} refused the connection',
    hint: 'is the server running, and is this its port? --url, CACHECTL_URL or the spec file say where it is',
  },
  ENOENT: {
    code: 'redis.refused',
    exitCode: ExitCode.unreachable,
    message: 'there is no Redis socket at {at}',
    hint: "the server's unixsocket setting says where its socket is",
  },
  EACCES: {
    code: 'redis.refused',
    exitCode: ExitCode.unreachable,
    message: 'this user may not open the Redis socket at {at}',
    hint: "the server's unixsocketperm setting and the socket's group say who may",
  },
  ENOTFOUND: {
    code: 'redis.dns',
    exitCode: ExitCode.unreachable,
    message: 'the host name in {at} cannot be resolved',
    hint: 'check the spelling, and that this machine can resolve it',
  },
  ETIMEDOUT: TIMED_OUT,
  ECONNRESET: CLOSED,
  EHOSTUNREACH: {
    code: 'redis.unreachable',
    exitCode: ExitCode.unreachable,
    message: 'there is no route to Redis at {at}',
  },
};
const NETWORK_ALIASES: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'ENOTFOUND',
  EAI_FAIL: 'ENOTFOUND',
  ENETUNREACH: 'EHOSTUNREACH',
  EPIPE: 'ECONNRESET',
};

const REPLIES: readonly (readonly [prefix: RegExp, translation: Translation])[] = [
  [
    /^NOAUTH|^ERR operation not permitted/,
    {
      code: 'redis.auth',
      exitCode: ExitCode.refused,
      message: 'Redis at {at} wants a password',
      hint: '--askpass, --password-file FILE, REDISCLI_AUTH, or password: "${NAME}" in the spec file',
    },
  ],
  [
    /^WRONGPASS|^ERR invalid password|^ERR AUTH .*without any password|^ERR Client sent AUTH/,
    {
      code: 'redis.auth',
      exitCode: ExitCode.refused,
      message: 'Redis at {at} does not accept this user and password',
      hint: 'check user and password; a server with no password set refuses every one',
    },
  ],
  [
    /^NOPERM/,
    {
      code: 'redis.permission',
      exitCode: ExitCode.refused,
      message: 'the Redis user may not do this: {reply}',
      hint: 'cachectl ping lists all that this user lacks; ACL SETUSER gives it',
    },
  ],
  [
    /^LOADING/,
    {
      code: 'redis.loading',
      exitCode: ExitCode.unreachable,
      message: 'Redis at {at} is still loading its data',
      hint: 'try again in a moment',
    },
  ],
  [
    /^ERR max number of clients/,
    {
      code: 'redis.max-clients',
      exitCode: ExitCode.unreachable,
      message: 'Redis at {at} has no room for another client',
      hint: "raise the server's maxclients, or find out with CLIENT LIST who holds the connections",
    },
  ],
  [
    /^ERR DB index is out of range/,
    {
      code: 'redis.database',
      exitCode: ExitCode.usage,
      message: 'Redis at {at} has no database of that number',
      hint: "the server's databases setting says how many there are",
    },
  ],
  [
    /^READONLY/,
    {
      code: 'redis.read-only',
      exitCode: ExitCode.refused,
      message: 'Redis at {at} is a read-only replica',
      hint: 'connect to its primary',
    },
  ],
  [
    /^BUSY /,
    {
      code: 'redis.busy',
      exitCode: ExitCode.unreachable,
      message: 'Redis at {at} is busy running a script',
      hint: 'wait for it, or end it with SCRIPT KILL',
    },
  ],
  [
    /^MISCONF/,
    {
      code: 'redis.misconfigured',
      exitCode: ExitCode.refused,
      message: 'Redis at {at} takes no writes because it cannot save its data to disk',
      hint: 'its log says why; stop-writes-on-bgsave-error is the setting that makes it refuse',
    },
  ],
  [
    /^MASTERDOWN/,
    {
      code: 'redis.primary-down',
      exitCode: ExitCode.unreachable,
      message: 'the replica at {at} has lost its primary and may not answer',
      hint: 'wait for a failover, or set replica-serve-stale-data',
    },
  ],
  [
    /^CLUSTERDOWN/,
    {
      code: 'redis.cluster-down',
      exitCode: ExitCode.unreachable,
      message: 'the cluster at {at} is down: {reply}',
      hint: 'redis-cli --cluster check HOST:PORT says which slots are not served',
    },
  ],
  [
    /^OOM/,
    {
      code: 'redis.out-of-memory',
      exitCode: ExitCode.refused,
      message: 'Redis at {at} is at its maxmemory and evicts nothing: {reply}',
      hint: 'a cache wants a maxmemory-policy such as allkeys-lru',
    },
  ],
];

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

const NEEDS_TLS: Translation = {
  code: 'redis.needs-tls',
  exitCode: ExitCode.unreachable,
  message: 'Redis at {at} speaks only TLS',
  hint: 'use rediss:// instead of redis://, or --tls',
};

const NO_TLS: Translation = {
  code: 'redis.no-tls',
  exitCode: ExitCode.unreachable,
  message: 'Redis at {at} does not speak TLS',
  hint: 'use redis:// instead of rediss://',
};

function tlsTranslation(code: string, text: string): Translation {
  const base = { code: 'redis.tls', exitCode: ExitCode.unreachable } as const;
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(code)) {
    return {
      ...base,
      message: 'Redis at {at} wants a client certificate',
      hint: '--tls-cert FILE and --tls-key FILE name it and its key',
    };
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      ...base,
      message: 'the certificate of Redis at {at} has expired',
      hint: 'renew it on the server; if it is not that old, check the clock of this machine',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    const names = /.*altnames: (.*)$/.exec(text)?.[1];
    return {
      ...base,
      message: `the certificate of Redis at {at} is for another host name${names === undefined ? '' : ` (${escapeText(names)})`}`,
      hint: 'connect by a name that it is for, or say with --tls-server-name NAME which one to expect',
    };
  }
  if (/^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_)/.test(code)) {
    return {
      ...base,
      message: `the certificate of Redis at {at} cannot be verified (${code})`,
      hint: '--tls-ca FILE (or tls: { ca: FILE } in the spec file) names the authority that signed it',
    };
  }
  if (/wrong version number|packet length too long/.test(text)) return NO_TLS;
  return { ...base, message: 'no TLS connection to Redis at {at}: {reply}' };
}

import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';

/** How one cause is told: `{at}` in the message stands for the server's address. */
export interface Translation {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint?: string;
}

/** Nobody answered in time. */
export const TIMED_OUT: Translation = {
  code: 'redis.timeout',
  exitCode: ExitCode.unreachable,
  message: 'Redis at {at} did not answer in time',
  hint: 'a firewall, a wrong host, or a server that is busy; connect_timeout and command_timeout set the limits',
};
/** The server hung up. */
export const CLOSED: Translation = {
  code: 'redis.reset',
  exitCode: ExitCode.unreachable,
  message: 'Redis at {at} closed the connection',
  hint: 'the server was stopped, or is at its maxclients (over TLS it cannot say so), or something in between hung up',
};

/** By the error code of the network (Node's documentation, "Common system errors"). */
export const NETWORK: Readonly<Record<string, Translation>> = {
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
/** Codes that mean the same as one of NETWORK. */
export const NETWORK_ALIASES: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'ENOTFOUND',
  EAI_FAIL: 'ENOTFOUND',
  ENETUNREACH: 'EHOSTUNREACH',
  EPIPE: 'ECONNRESET',
};

/** By what the server answers (Redis' sources, the prefixes of its errors); the first that fits. */
export const REPLIES: readonly (readonly [prefix: RegExp, translation: Translation])[] = [
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

/** A TLS server that was spoken to plainly. */
export const NEEDS_TLS: Translation = {
  code: 'redis.needs-tls',
  exitCode: ExitCode.unreachable,
  message: 'Redis at {at} speaks only TLS',
  hint: 'use rediss:// instead of redis://, or --tls',
};

/** A plain server where TLS was asked for. */
export const NO_TLS: Translation = {
  code: 'redis.no-tls',
  exitCode: ExitCode.unreachable,
  message: 'Redis at {at} does not speak TLS',
  hint: 'use redis:// instead of rediss://',
};

/** What a failed handshake means, by the code of OpenSSL or Node and its text. */
export function tlsTranslation(code: string, text: string): Translation {
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

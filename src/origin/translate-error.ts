import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';

/** How one cause is told: `{at}` in the message stands for the origin's host and port. */
interface Translation {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode?: ExitCode;
}

const REFUSED: Translation = {
  code: 'origin.refused',
  message: 'the origin at {at} refused the connection',
  hint: 'is the application running, and is origin.base_url its address?',
};
const DNS: Translation = {
  code: 'origin.dns',
  message: 'the host name in {at} cannot be resolved',
  hint: 'check the spelling of origin.base_url, and that this machine can resolve it',
};
const TIMED_OUT: Translation = {
  code: 'origin.timeout',
  message: 'the origin at {at} did not answer in time',
  hint: 'a firewall, a wrong host, or an application that is busy',
};
const NOT_CONNECTED: Translation = {
  ...TIMED_OUT,
  message: 'the origin at {at} did not take the connection in time',
};
const RESET: Translation = {
  code: 'origin.reset',
  message: 'the origin at {at} cut the connection before its answer was complete',
  hint: "the application's own log may say why; a proxy in front of it may have its own time limit",
};
const UNREACHABLE: Translation = {
  code: 'origin.unreachable',
  message: 'there is no route to the origin at {at}',
};
const INVALID: Translation = {
  code: 'origin.invalid',
  message: 'what answers at {at} does not speak HTTP/1.1 correctly',
  hint: 'is this the right port? a TLS server needs https://',
};
const HEADERS_TOO_LARGE: Translation = {
  code: 'origin.invalid',
  message: 'the headers of the answer from {at} are larger than a client takes',
};
const BAD_REQUEST: Translation = {
  code: 'origin.request',
  message: 'this request to the origin at {at} cannot be sent',
  hint: "look at the entry's headers: connection, content-length and transfer-encoding are not for you to set",
  exitCode: ExitCode.usage,
};

const BY_CODE: Readonly<Record<string, Translation>> = {
  HTTP_CUT: RESET,
  HTTP_INVALID: INVALID,
  HTTP_HEAD_TOO_LARGE: HEADERS_TOO_LARGE,
  HTTP_CONNECT_TIMEOUT: NOT_CONNECTED,
  ECONNREFUSED: REFUSED,
  EACCES: REFUSED,
  ENOTFOUND: DNS,
  EAI_AGAIN: DNS,
  EAI_FAIL: DNS,
  ETIMEDOUT: TIMED_OUT,
  UND_ERR_CONNECT_TIMEOUT: NOT_CONNECTED,
  UND_ERR_HEADERS_TIMEOUT: TIMED_OUT,
  UND_ERR_BODY_TIMEOUT: TIMED_OUT,
  ECONNRESET: RESET,
  ECONNABORTED: RESET,
  EPIPE: RESET,
  UND_ERR_SOCKET: RESET,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: RESET,
  HPE_INVALID_EOF_STATE: RESET,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  UND_ERR_HEADERS_OVERFLOW: HEADERS_TOO_LARGE,
  HPE_HEADER_OVERFLOW: HEADERS_TOO_LARGE,
  UND_ERR_INVALID_ARG: BAD_REQUEST,
  UND_ERR_NOT_SUPPORTED: BAD_REQUEST,
};

const TLS_CODES =
  /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH|ERR_OSSL)/;

/** An error as libraries throw it. */
interface ErrorLike {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  /** Of an AggregateError: one for each address of the host that was tried. */
  readonly errors?: unknown;
}

/**
 * What went wrong with the origin, as a person needs to hear it. What was sent, and so every
 * Authorization header, is never part of the message; what came back is escaped.
 * @param host `host:port`, as messages name the origin
 */
export function translateOriginError(error: unknown, host: string): CachectlError {
  if (error instanceof CachectlError) return error;
  const { code, message } = describe(error);
  const translation = translationFor(code, message);
  return new CachectlError(
    translation.message.replace('{at}', () => host).replace('{cause}', () => escapeText(message)),
    {
      code: translation.code,
      exitCode: translation.exitCode ?? ExitCode.unreachable,
      hint: translation.hint,
      cause: error,
    },
  );
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  const { name, code, message, errors } = (
    typeof error === 'object' && error !== null ? error : {}
  ) as ErrorLike;
  if (typeof code === 'string') return { code, message: typeof message === 'string' ? message : code };
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (first !== undefined) return describe(first);
  // undici's parser errors carry their code only for some causes.
  return {
    code: name === 'HTTPParserError' ? 'HPE_INVALID' : '',
    message: typeof message === 'string' ? message : String(error),
  };
}

function translationFor(code: string, message: string): Translation {
  if (TLS_CODES.test(code) || /wrong version number|packet length too long/.test(message)) {
    return tlsTranslation(code, message);
  }
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return INVALID;
  return { code: 'origin.error', message: 'the request to the origin at {at} failed: {cause}' };
}

function tlsTranslation(code: string, message: string): Translation {
  const base = { code: 'origin.tls' } as const;
  if (/wrong version number|packet length too long/.test(message)) {
    return {
      ...base,
      message: 'the origin at {at} does not speak TLS',
      hint: 'use http:// instead of https://',
    };
  }
  if (code === 'CERT_HAS_EXPIRED')
    return { ...base, message: 'the certificate of the origin at {at} has expired' };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return { ...base, message: 'the certificate of the origin at {at} is for another host name' };
  }
  if (/^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_)/.test(code)) {
    return {
      ...base,
      message: `the certificate of the origin at {at} cannot be verified (${code})`,
      hint: 'NODE_EXTRA_CA_CERTS=FILE adds the authority that signed it',
    };
  }
  return { ...base, message: 'no TLS connection to the origin at {at}: {cause}' };
}

const UNREACHED = new Set([
  'origin.refused',
  'origin.dns',
  'origin.timeout',
  'origin.reset',
  'origin.tls',
  'origin.unreachable',
]);

/** Whether a failure means that the origin could not be reached, and not that it answered wrongly. */
export function isOriginUnreachable(code: string): boolean {
  return UNREACHED.has(code);
}

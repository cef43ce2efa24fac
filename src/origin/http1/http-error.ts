/** What is wrong with a connection or an answer; `translate-error.ts` says it to people. */
export type HttpErrorCode = 'HTTP_CUT' | 'HTTP_INVALID' | 'HTTP_HEAD_TOO_LARGE' | 'HTTP_CONNECT_TIMEOUT';

/** A failure of the exchange itself. The message says which rule was broken and shows nothing of what came. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;

  constructor(code: HttpErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What answers does not keep to RFC 9112. */
export function invalidAnswer(what: string): HttpError {
  return new HttpError('HTTP_INVALID', what);
}

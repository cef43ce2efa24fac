/** One GET request to the origin. */
export interface OriginRequest {
  /** Absolute, as `URL.href` gives it, without fragment. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of this request alone, where `headers` is one object for many: If-None-Match and the like. */
  readonly condition?: Readonly<Record<string, string>> | undefined;
  /** Of the whole request: connection, headers and body. */
  readonly timeoutMs: number;
  /** From sending to the beginning of the answer; only the whole request is limited where absent. */
  readonly headersTimeoutMs?: number | undefined;
  /** From the beginning of the answer to its end. */
  readonly bodyTimeoutMs?: number | undefined;
  /** A longer body is refused, and no more of it is read. */
  readonly maxBodyBytes: number;
}

/** A complete answer to one exchange, redirects not yet followed. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; several values of one name are joined with a comma and a blank (RFC 9110, 5.3). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A complete answer, of whatever status. */
export interface OriginResponse extends Answer {
  /** From sending the request to the last byte of the answer. */
  readonly elapsedMs: number;
}

/**
 * Who waits for an answer: exactly one of them is called, once, and never before `ask` has returned unless the
 * request cannot be sent at all. An object and no promise, because many thousands of requests a second wait.
 */
export interface Asker {
  readonly answered: (response: OriginResponse) => void;
  /**
   * @param error CachectlError with a code `origin.*` and exit code 3: refused, dns, timeout, reset, tls,
   * redirect (to another host), too-large, invalid (not an HTTP answer); or the reason of the abort
   */
  readonly failed: (error: unknown) => void;
}

/** The one door to the origin. Connections are kept alive and shared. */
export interface OriginClient {
  readonly ask: (request: OriginRequest, signal: AbortSignal, asker: Asker) => void;
  readonly close: () => Promise<void>;
}

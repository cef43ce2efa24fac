import type { Dispatcher } from 'undici';
import { phaseTimeoutFailure, tooLargeFailure } from './failures.ts';
import type { Answer } from './types.ts';

/** What to send on a connection of the pool. */
export interface ExchangeRequest {
  readonly host: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBodyBytes: number;
  readonly headersTimeoutMs: number | undefined;
  readonly bodyTimeoutMs: number | undefined;
}

/**
 * One request and its answer through undici's `dispatch`, the fastest of its interfaces (measured:
 * shared/PEERS.md). Cancelling destroys the connection, because the rest of the answer is still on it.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #host: string;
  readonly #maxBodyBytes: number;
  readonly #chunks: Buffer[] = [];
  readonly #settled: Promise<Answer>;
  #resolve: (answer: Answer) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #cancelled: Error | undefined;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #receivedBytes = 0;
  readonly #bodyTimeoutMs: number | undefined;
  #phaseTimer: NodeJS.Timeout | undefined;

  constructor(request: ExchangeRequest) {
    this.#host = request.host;
    this.#bodyTimeoutMs = request.bodyTimeoutMs;
    if (request.headersTimeoutMs !== undefined) this.#limit('headers', request.headersTimeoutMs);
    this.#maxBodyBytes = request.maxBodyBytes;
    this.#settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Sends a request; rejects with the cause as undici gives it, or with what it was cancelled with. */
  static send(
    pool: Dispatcher,
    request: ExchangeRequest,
    onStart: (exchange: Exchange) => void,
  ): Promise<Answer> {
    const exchange = new Exchange(request);
    onStart(exchange);
    pool.dispatch(
      {
        method: 'GET',
        path: request.path,
        headers: request.headers,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      exchange,
    );
    return exchange.#settled;
  }

  /** Ends the exchange with an error, whatever state it is in. */
  cancel(error: Error): void {
    this.#cancelled ??= error;
    clearTimeout(this.#phaseTimer);
    this.#reject(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#cancelled !== undefined) controller.abort(this.#cancelled);
  }

  /** Comes for each 1xx answer too; the last one counts. */
  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    this.#status = status;
    this.#headers = joinHeaders(headers);
    if (this.#phaseTimer !== undefined) clearTimeout(this.#phaseTimer);
    if (this.#bodyTimeoutMs !== undefined && status >= 200) this.#limit('body', this.#bodyTimeoutMs);
    if (Number(this.#headers['content-length'] ?? 0) > this.#maxBodyBytes) this.#refuseSize();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > this.#maxBodyBytes) this.#refuseSize();
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#phaseTimer !== undefined) clearTimeout(this.#phaseTimer);
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#phaseTimer !== undefined) clearTimeout(this.#phaseTimer);
    this.#reject(error);
  }

  #limit(phase: 'headers' | 'body', ms: number): void {
    this.#phaseTimer = setTimeout(() => this.cancel(phaseTimeoutFailure(this.#host, phase, ms)), ms);
  }

  #refuseSize(): void {
    this.#chunks.length = 0;
    this.cancel(tooLargeFailure(this.#host, this.#maxBodyBytes));
  }
}

type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

function joinHeaders(raw: RawHeaders): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const name in raw) {
    const value = raw[name];
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}

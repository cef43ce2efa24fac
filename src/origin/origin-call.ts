import type { Abortable, AbortHub } from './abort-hub.ts';
import { phaseTimeoutFailure, redirectLoopFailure, timeoutFailure, tooLargeFailure } from './failures.ts';
import type { AnswerHead } from './http1/answer-head.ts';
import type { Deadlines, Watched } from './http1/deadlines.ts';
import type { PlainExchange } from './http1/plain-connection.ts';
import type { PlainPool } from './http1/plain-pool.ts';
import { plainRequest } from './http1/plain-request.ts';
import type { PlainTransport } from './http1/plain-transport.ts';
import type { Roster } from './http1/roster.ts';
import { MAX_REDIRECTS } from './limits.ts';
import type { OtherTransport } from './other-transport.ts';
import { readRedirect } from './redirect.ts';
import { harmlessHeaders, withAutomaticHeaders } from './request-headers.ts';
import { translateOriginError } from './translate-error.ts';
import type { Answer, Asker, OriginRequest } from './types.ts';

/** What all calls of a client share. */
export interface CallParts {
  readonly plain: PlainTransport;
  /** Loaded when it is needed, which is seldom. */
  readonly other: () => Promise<OtherTransport>;
  readonly deadlines: Deadlines;
  readonly aborts: AbortHub;
  readonly allowedHosts: ReadonlySet<string>;
}

/** One request to its end, redirects followed: one object, for there are many thousands of them a second. */
export class OriginCall implements PlainExchange, Watched, Abortable {
  text = '';
  deadlineMs: number;
  watchPlace: number | undefined;
  readonly #request: OriginRequest;
  readonly #parts: CallParts;
  readonly #asker: Asker;
  readonly #startedAtMs = performance.now();
  /** As messages name it. */
  readonly #host: string;
  readonly #abortables: Roster<Abortable>;
  readonly #abortPlace: number;
  #origin: string;
  #path: string;
  #headers: Readonly<Record<string, string>>;
  #condition: Readonly<Record<string, string>> | undefined;
  #redirects = 0;
  #phase: 'headers' | 'body' = 'headers';
  #phaseEndsAtMs = Number.POSITIVE_INFINITY;
  #isSettled = false;
  #pool: PlainPool | undefined;
  #cancelOther: ((error: Error) => void) | undefined;

  constructor(request: OriginRequest, signal: AbortSignal, parts: CallParts, asker: Asker) {
    this.#request = request;
    this.#parts = parts;
    this.#asker = asker;
    ({ origin: this.#origin, path: this.#path } = splitUrl(request.url));
    this.#host = this.#origin.slice(this.#origin.indexOf('//') + 2);
    this.#headers = withAutomaticHeaders(request.headers);
    this.#condition = request.condition;
    this.deadlineMs = this.#startedAtMs + request.timeoutMs;
    // An aborted request fails with the reason of the abort, as every long operation does.
    this.#abortables = parts.aborts.listenersOf(signal);
    this.#abortPlace = this.#abortables.enter(this);
  }

  /** Sends the request, or the next one of a chain of redirects. */
  start(): void {
    const { headersTimeoutMs } = this.#request;
    this.#beginPhase('headers', headersTimeoutMs);
    const route = this.#parts.plain.routeTo(this.#origin);
    const text = route && plainRequest(this.#path, route.place.host, this.#headers, this.#condition);
    if (route === undefined || text === undefined) {
      void this.#sendOtherwise();
      return;
    }
    this.text = text;
    this.#pool = route.pool;
    this.#pool.send(this);
  }

  /** A time limit has come. */
  expire(): void {
    const { timeoutMs, headersTimeoutMs, bodyTimeoutMs } = this.#request;
    const phaseMs = this.#phase === 'headers' ? headersTimeoutMs : bodyTimeoutMs;
    this.abort(
      phaseMs === undefined || this.#phaseEndsAtMs > this.deadlineMs
        ? timeoutFailure(this.#host, timeoutMs)
        : phaseTimeoutFailure(this.#host, this.#phase, phaseMs),
    );
  }

  onHead({ framing }: AnswerHead): void {
    if (framing.kind === 'length') this.onBody(framing.bytes);
    this.#beginPhase('body', this.#request.bodyTimeoutMs);
  }

  onBody(sizeBytes: number): void {
    const { maxBodyBytes } = this.#request;
    if (sizeBytes > maxBodyBytes) throw tooLargeFailure(this.#host, maxBodyBytes);
  }

  onAnswer({ status, headers }: AnswerHead, body: Buffer): void {
    this.#answered({ status, headers, body });
  }

  onFailure(error: unknown): void {
    this.#fail(error);
  }

  #beginPhase(phase: 'headers' | 'body', limitMs: number | undefined): void {
    const totalMs = this.#startedAtMs + this.#request.timeoutMs;
    this.#phase = phase;
    this.#phaseEndsAtMs = limitMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + limitMs;
    this.deadlineMs = Math.min(totalMs, this.#phaseEndsAtMs);
    this.#parts.deadlines.watch(this);
  }

  /** The other transport keeps to the limits of the two phases by itself. */
  async #sendOtherwise(): Promise<void> {
    this.#beginPhase('headers', undefined);
    const { maxBodyBytes, headersTimeoutMs, bodyTimeoutMs } = this.#request;
    const request = {
      host: this.#host,
      path: this.#path,
      headers: { ...this.#headers, ...this.#condition },
      maxBodyBytes,
      headersTimeoutMs,
      bodyTimeoutMs,
    };
    try {
      const transport = await this.#parts.other();
      if (this.#isSettled) return;
      const answer = await transport.send(this.#origin, request, (exchange) => {
        this.#cancelOther = (error) => exchange.cancel(error);
      });
      this.#answered(answer);
    } catch (error) {
      this.#fail(error);
    }
  }

  #answered(answer: Answer): void {
    if (this.#isSettled) return;
    if (answer.status < 300 || answer.status > 399) {
      this.#succeed(answer);
      return;
    }
    const { allowedHosts } = this.#parts;
    const from = new URL(this.#origin + this.#path);
    const redirect = readRedirect(answer.status, answer.headers['location'], from, allowedHosts);
    if (redirect.kind === 'none') this.#succeed(answer);
    else if (redirect.kind === 'refuse') this.#fail(redirect.error);
    else if (this.#redirects++ === MAX_REDIRECTS) this.#fail(redirectLoopFailure(this.#host, MAX_REDIRECTS));
    else this.#follow(redirect.url);
  }

  #follow(url: URL): void {
    const { origin, path } = splitUrl(url.href);
    if (origin !== this.#origin) {
      this.#headers = harmlessHeaders(this.#headers);
      this.#condition = undefined;
    }
    this.#origin = origin;
    this.#path = path;
    this.start();
  }

  #succeed({ status, headers, body }: Answer): void {
    this.#settle();
    this.#asker.answered({ status, headers, body, elapsedMs: performance.now() - this.#startedAtMs });
  }

  #fail(error: unknown): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#asker.failed(translateOriginError(error, this.#host));
  }

  /** Ends the call from outside, whatever state it is in. */
  abort(error: Error): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#asker.failed(error);
    this.#pool?.cancel(this);
    this.#cancelOther?.(error);
  }

  #settle(): void {
    this.#isSettled = true;
    this.#parts.deadlines.forget(this);
    this.#abortables.leave(this.#abortPlace);
  }
}

/** Origin and path of an absolute URL in its normal form: parsing it once more would cost more than sending it. */
function splitUrl(url: string): { readonly origin: string; readonly path: string } {
  const slash = url.indexOf('/', url.indexOf('//') + 2);
  if (slash === -1) return { origin: url, path: '/' };
  const hash = url.indexOf('#', slash);
  return { origin: url.slice(0, slash), path: hash === -1 ? url.slice(slash) : url.slice(slash, hash) };
}

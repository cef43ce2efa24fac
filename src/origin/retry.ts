import { setTimeout } from 'node:timers/promises';
import { parseHttpDate } from './http-date.ts';
import { isOriginUnreachable } from './translate-error.ts';
import { CachectlError } from '../cli/errors.ts';
import type { Asker, OriginClient, OriginRequest, OriginResponse } from './types.ts';

/** How a failed request is tried again. */
export interface RetryPolicy {
  /** How often, after the first attempt. */
  readonly retries: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch, for Retry-After dates. */
  readonly now: () => number;
  /** Told before each wait. */
  readonly onRetry?: (retry: Retry) => void;
}

/** One further attempt that is about to be made. */
export interface Retry {
  /** 1 for the first retry. */
  readonly number: number;
  readonly delayMs: number;
  /** What went wrong, in words without secrets. */
  readonly cause: string;
}

/** How one attempt ended. */
export type AttemptResult =
  | { readonly kind: 'response'; readonly response: Pick<OriginResponse, 'status' | 'headers'> }
  | { readonly kind: 'error'; readonly error: unknown };

const BASE_DELAY_MS = 200;
const LONGEST_BACKOFF_MS = 5_000;
/** An origin that wants to be left alone for longer than this gets its wish: the target fails. */
export const LONGEST_RETRY_AFTER_MS = 30_000;

/** Request timeout, too early, too many requests: RFC 9110, RFC 8470, RFC 6585. */
const RETRIED_STATUSES = new Set([408, 425, 429]);

/**
 * The wait before the next attempt, or `undefined` where there is none to be made. Exponential back-off
 * with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): many clients that failed
 * together do not come back together. Retry-After is the least wait where the origin gives one.
 * @param retry 1 for the first retry
 */
export function retryDelayMs(result: AttemptResult, retry: number, policy: RetryPolicy): number | undefined {
  if (retry > mostRetries(result, policy.retries) || !isRetryable(result)) return undefined;
  const ceilingMs = Math.min(LONGEST_BACKOFF_MS, BASE_DELAY_MS * 2 ** (retry - 1));
  const backoffMs = policy.random() * ceilingMs;
  const header = result.kind === 'response' ? result.response.headers['retry-after'] : undefined;
  const askedMs = header === undefined ? undefined : parseRetryAfterMs(header, policy.now());
  if (askedMs === undefined) return backoffMs;
  return askedMs > LONGEST_RETRY_AFTER_MS ? undefined : askedMs + backoffMs;
}

/** "Later" is no failure: whoever retries at all comes back so often to an origin that asks for it. */
const RETRIES_WHEN_ASKED_TO_WAIT = 8;

function mostRetries(result: AttemptResult, retries: number): number {
  if (retries === 0 || result.kind !== 'response') return retries;
  return isAskedToWait(result.response) ? Math.max(retries, RETRIES_WHEN_ASKED_TO_WAIT) : retries;
}

/** Whether an origin says that it has too much to do: 429, or 503 with a Retry-After. */
export function isAskedToWait(response: Pick<OriginResponse, 'status' | 'headers'>): boolean {
  return (
    response.status === 429 || (response.status === 503 && response.headers['retry-after'] !== undefined)
  );
}

/** Whether the same request may well succeed a moment later. */
export function isRetryable(result: AttemptResult): boolean {
  if (result.kind === 'response') {
    const { status } = result.response;
    return RETRIED_STATUSES.has(status) || (status >= 500 && status <= 599);
  }
  const { error } = result;
  // A certificate does not become valid by asking again.
  return error instanceof CachectlError && isOriginUnreachable(error.code) && error.code !== 'origin.tls';
}

/** Retry-After as seconds or an HTTP date (RFC 9110, 10.2.3); `undefined` where it is neither. */
export function parseRetryAfterMs(header: string, nowMs: number): number | undefined {
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = parseHttpDate(text);
  return at === undefined ? undefined : Math.max(0, at - nowMs);
}

/**
 * Asks until there is an answer worth having, or no retry left: then the last answer, whatever its status.
 * @throws what {@link Asker.failed} is told
 */
export function getWithRetries(
  client: OriginClient,
  request: OriginRequest,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<OriginResponse> {
  return new Promise((answered, failed) => {
    askWithRetries(client, request, policy, signal, { answered, failed });
  });
}

/** The same for whoever has no promise to spare. */
export function askWithRetries(
  client: OriginClient,
  request: OriginRequest,
  policy: RetryPolicy,
  signal: AbortSignal,
  asker: Asker,
): void {
  client.ask(request, signal, new Attempts(client, request, policy, signal, asker));
}

/** One request and its further attempts. */
class Attempts implements Asker {
  readonly #client: OriginClient;
  readonly #request: OriginRequest;
  readonly #policy: RetryPolicy;
  readonly #signal: AbortSignal;
  readonly #asker: Asker;
  #retry = 1;

  constructor(
    client: OriginClient,
    request: OriginRequest,
    policy: RetryPolicy,
    signal: AbortSignal,
    asker: Asker,
  ) {
    this.#client = client;
    this.#request = request;
    this.#policy = policy;
    this.#signal = signal;
    this.#asker = asker;
  }

  answered(response: OriginResponse): void {
    // Nearly always: nothing else has to be looked at.
    if (response.status < 400) this.#asker.answered(response);
    else void this.#again({ kind: 'response', response });
  }

  failed(error: unknown): void {
    if (this.#signal.aborted) this.#asker.failed(this.#signal.reason);
    else void this.#again({ kind: 'error', error });
  }

  /** Asks once more after a while, or gives up. */
  async #again(attempt: Attempt): Promise<void> {
    const number = this.#retry++;
    const delayMs = retryDelayMs(attempt, number, this.#policy);
    if (delayMs === undefined) {
      if (attempt.kind === 'error') this.#asker.failed(attempt.error);
      else this.#asker.answered(attempt.response);
      return;
    }
    this.#policy.onRetry?.({ number, delayMs, cause: causeOf(attempt) });
    try {
      await pause(delayMs, this.#signal);
    } catch (error) {
      this.#asker.failed(error);
      return;
    }
    this.#client.ask(this.#request, this.#signal, this);
  }
}

type Attempt =
  | { readonly kind: 'response'; readonly response: OriginResponse }
  | { readonly kind: 'error'; readonly error: unknown };

function causeOf(result: AttemptResult): string {
  if (result.kind === 'response') return `the origin answered ${result.response.status}`;
  return result.error instanceof Error ? result.error.message : String(result.error);
}

/** @throws the signal's reason as soon as it is aborted */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}

import { setTimeout } from 'node:timers/promises';
import { parseHttpDate } from './http-date.ts';
import { isOriginUnreachable } from './translate-error.ts';
import { CachectlError } from '../cli/errors.ts';
import type { OriginClient, OriginRequest, OriginResponse } from './types.ts';

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
 * @throws CachectlError as {@link OriginClient.get} does, or the reason of the abort
 */
export async function getWithRetries(
  client: OriginClient,
  request: OriginRequest,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<OriginResponse> {
  for (let retry = 1; ; retry++) {
    let attempt: Attempt;
    try {
      const response = await client.get(request, signal);
      // Nearly always: nothing else has to be looked at.
      if (response.status < 400) return response;
      attempt = { kind: 'response', response };
    } catch (error) {
      signal.throwIfAborted();
      attempt = { kind: 'error', error };
    }
    const delayMs = retryDelayMs(attempt, retry, policy);
    if (delayMs === undefined) {
      if (attempt.kind === 'error') throw attempt.error;
      return attempt.response;
    }
    policy.onRetry?.({ number: retry, delayMs, cause: causeOf(attempt) });
    await pause(delayMs, signal);
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

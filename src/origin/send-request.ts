import { request as send } from 'undici';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { retryDelayMs, pause, type RetryPolicy } from './retry.ts';
import { translateOriginError } from './translate-error.ts';

/** A request of any method: what purges the caches that stand in front of the application. */
export interface AnyRequest {
  readonly method: string;
  /** Absolute, http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The statuses that mean success; 200 to 299 where absent. */
  readonly status: readonly number[] | undefined;
  /** Of one attempt. */
  readonly timeoutMs: number;
}

/** So much of an answer that means failure is told. */
const TOLD_BYTES = 200;

/**
 * Sends it, tries again what may pass, and gives the status. Redirects are not followed: where a purge goes
 * is for the spec file to say. Repeating is safe for everything that invalidation is about; a POST is
 * repeated only where it was not carried out for certain, because nobody knows what it does.
 * @throws CachectlError `origin.*`; `origin.status` (exit 5) for a status that does not mean success
 */
export async function sendRequest(
  request: AnyRequest,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<number> {
  const { host } = new URL(request.url);
  for (let retry = 1; ; retry++) {
    const result = await attempt(request, host, signal);
    signal.throwIfAborted();
    if (result.kind === 'response' && isSuccess(request, result.response.status)) {
      return result.response.status;
    }
    const delayMs = mayRepeat(request, result) ? retryDelayMs(result, retry, policy) : undefined;
    if (delayMs === undefined) {
      if (result.kind === 'error') throw result.error;
      throw statusFailure(host, result.response.status, result.told);
    }
    await pause(delayMs, signal);
  }
}

type Attempt =
  | {
      readonly kind: 'response';
      readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
      readonly told: string;
    }
  | { readonly kind: 'error'; readonly error: CachectlError };

async function attempt(request: AnyRequest, host: string, signal: AbortSignal): Promise<Attempt> {
  // A timer of our own: one of AbortSignal.timeout, inside AbortSignal.any, may be collected before it is due.
  const limit = new AbortController();
  const onAbort = (): void => limit.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => limit.abort(new TimeUp()), request.timeoutMs);
  try {
    const answer = await send(request.url, {
      // undici's own type names the usual ones; it sends any token.
      method: request.method as 'GET',
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: limit.signal,
    });
    const told = await readStart(answer.body);
    const headers = Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    );
    return { kind: 'response', response: { status: answer.statusCode, headers }, told };
  } catch (error) {
    const cause: unknown = limit.signal.aborted ? limit.signal.reason : error;
    return { kind: 'error', error: translateOriginError(cause, host) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** In the form in which the network tells of it, so that one place translates both. */
class TimeUp extends Error {
  readonly code = 'HTTP_CONNECT_TIMEOUT';
}

/** The beginning of a body as text; the rest is thrown away. */
async function readStart(body: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += chunk.toString('utf8');
    if (text.length >= TOLD_BYTES) break;
  }
  return text.slice(0, TOLD_BYTES).trim();
}

function isSuccess({ status: wanted }: AnyRequest, status: number): boolean {
  return wanted === undefined ? status >= 200 && status <= 299 : wanted.includes(status);
}

function mayRepeat({ method }: AnyRequest, result: Attempt): boolean {
  if (method.toUpperCase() !== 'POST') return true;
  if (result.kind === 'error')
    return result.error.code === 'origin.refused' || result.error.code === 'origin.dns';
  return result.response.status === 429;
}

function statusFailure(host: string, status: number, told: string): CachectlError {
  const said = told === '' ? '' : `: ${escapeText(told)}`;
  return new CachectlError(`${host} answered ${status}${said}`, {
    code: 'origin.status',
    exitCode: ExitCode.partial,
    hint:
      status === 405 || status === 501
        ? 'what answers there does not take this method: is it the cache, and is purging set up in it?'
        : undefined,
  });
}

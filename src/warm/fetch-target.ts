import { DEFAULT_MAX_BODY_BYTES } from '../origin/limits.ts';
import { getWithRetries, type RetryPolicy } from '../origin/retry.ts';
import type { OriginClient, OriginResponse } from '../origin/types.ts';
import { refusalOf } from './check-answer.ts';
import type { Target } from './target.ts';

/** What a request of the origin needs. */
export interface FetchDeps {
  readonly origin: OriginClient;
  readonly retry: RetryPolicy;
}

/**
 * The origin's answer to a target's request, worth being stored.
 * @throws CachectlError `origin.*`: no answer, or one that is not to be stored; the reason of the abort
 */
export async function fetchTarget(
  target: Target,
  deps: FetchDeps,
  signal: AbortSignal,
): Promise<OriginResponse> {
  const { url, headers, timeoutMs } = target;
  const request = { url, headers, timeoutMs, maxBodyBytes: DEFAULT_MAX_BODY_BYTES };
  const response = await getWithRetries(deps.origin, request, deps.retry, signal);
  const asked = Object.keys(headers).some((name) => name.toLowerCase() === 'accept-encoding');
  const refusal = refusalOf(asked ? { ...response, headers: {} } : response);
  if (refusal !== undefined) throw refusal;
  return response;
}

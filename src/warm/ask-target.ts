import { DEFAULT_MAX_BODY_BYTES } from '../origin/limits.ts';
import { askWithRetries, type RetryPolicy } from '../origin/retry.ts';
import type { Asker, OriginClient, OriginRequest, OriginResponse } from '../origin/types.ts';
import type { Target } from './target.ts';

/** What asking takes. */
export interface AskTools {
  readonly origin: OriginClient;
  readonly retry: RetryPolicy;
  readonly timeouts: { readonly headersMs: number | undefined; readonly bodyMs: number | undefined };
}

/**
 * A target's answer, after as many retries as are allowed.
 * @param condition headers of this one request, besides the target's own
 */
export function requestTarget(
  target: Target,
  condition: Readonly<Record<string, string>> | undefined,
  tools: AskTools,
  signal: AbortSignal,
): Promise<OriginResponse> {
  return new Promise((answered, failed) => askTarget(target, condition, tools, signal, { answered, failed }));
}

/** The same for whoever has no promise to spare. */
export function askTarget(
  target: Target,
  condition: Readonly<Record<string, string>> | undefined,
  { origin, retry, timeouts }: AskTools,
  signal: AbortSignal,
  asker: Asker,
): void {
  const request: OriginRequest = {
    url: target.url,
    headers: target.headers,
    condition,
    timeoutMs: target.timeoutMs,
    headersTimeoutMs: timeouts.headersMs,
    bodyTimeoutMs: timeouts.bodyMs,
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
  };
  askWithRetries(origin, request, retry, signal, asker);
}

import type { OriginClient, OriginRequest, OriginResponse } from './types.ts';

/** One request without further attempts, as a promise. @throws what the asker of a client is told */
export function askOnce(
  client: OriginClient,
  request: OriginRequest,
  signal: AbortSignal,
): Promise<OriginResponse> {
  return new Promise((answered, failed) => client.ask(request, signal, { answered, failed }));
}

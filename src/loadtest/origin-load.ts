import type { OriginClient, OriginRequest } from '../origin/types.ts';
import type { Operation } from './closed-loop.ts';

/** Requests to the origin, and the body of the last good answer. */
export interface OriginLoad {
  readonly operation: Operation;
  readonly lastGoodBody: () => Buffer | undefined;
}

/**
 * Load on one address of the origin. Any status but 2xx is a failure, redirects included: what is timed
 * must be the page.
 * @param prepare before each request, not timed: removes the entry, so that nothing answers from the cache
 */
export function originLoad(
  client: OriginClient,
  request: OriginRequest,
  countHeader: string | undefined,
  prepare?: () => Promise<void>,
): OriginLoad {
  const counterName = countHeader?.toLowerCase();
  let lastGoodBody: Buffer | undefined;
  return {
    operation: {
      ...(prepare === undefined ? {} : { prepare }),
      send: async (signal) => {
        const { status, headers, body } = await client.get(request, signal);
        if (status < 200 || status > 299) return { kind: 'bad', cause: `status ${status}` };
        lastGoodBody = body;
        const counted = counterName === undefined ? undefined : numberIn(headers[counterName]);
        return counted === undefined ? { kind: 'good' } : { kind: 'good', counted };
      },
    },
    lastGoodBody: () => lastGoodBody,
  };
}

function numberIn(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

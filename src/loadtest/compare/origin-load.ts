import type { OriginClient, OriginRequest, OriginResponse } from '../../origin/types.ts';
import { refusalOf } from '../../warm/check-answer.ts';
import type { Target } from '../../warm/target.ts';
import type { Operation } from './closed-loop.ts';

/** Requests to the origin, and the body of the last good answer. */
export interface OriginLoad {
  readonly operation: Operation;
  readonly lastGoodBody: () => Buffer | undefined;
}

/** Under which name an answer counts as failed; `undefined` where it is good. */
export type Refusal = (response: OriginResponse) => string | undefined;

/** What is requested, and what is to be seen in the answers. */
export interface OriginLoadParts {
  readonly client: OriginClient;
  readonly request: OriginRequest;
  /** The header whose number is averaged. */
  readonly countHeader: string | undefined;
  readonly refusal: Refusal;
  /** Before each request, not timed: removes the entry, so that nothing answers from the cache. */
  readonly prepare?: () => Promise<void>;
}

/** Load on one address of the origin. */
export function originLoad(parts: OriginLoadParts): OriginLoad {
  const { client, request, refusal, prepare } = parts;
  const counterName = parts.countHeader?.toLowerCase();
  let lastGoodBody: Buffer | undefined;
  return {
    operation: {
      ...(prepare === undefined ? {} : { prepare }),
      send: async (signal) => {
        const response = await client.get(request, signal);
        const cause = refusal(response);
        if (cause !== undefined) return { kind: 'bad', cause };
        lastGoodBody = response.body;
        const counted = counterName === undefined ? undefined : numberIn(response.headers[counterName]);
        return counted === undefined ? { kind: 'good' } : { kind: 'good', counted };
      },
    },
    lastGoodBody: () => lastGoodBody,
  };
}

/** For bare addresses: any status but 2xx is a failure, because what is timed must be the page. */
export const statusRefusal: Refusal = ({ status }) =>
  status >= 200 && status <= 299 ? undefined : `status ${status}`;

/** For entries: what `cachectl warm` would not store cannot be compared with the cache. */
export function entryRefusal(target: Pick<Target, 'headers'>): Refusal {
  // As in warm: an entry that asks for a compressed answer wants one.
  const wantsEncoding = Object.keys(target.headers).some((name) => name.toLowerCase() === 'accept-encoding');
  return (response) =>
    statusRefusal(response) ?? refusalOf(wantsEncoding ? { ...response, headers: {} } : response)?.code;
}

function numberIn(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

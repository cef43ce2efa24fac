import { askOnce } from '../../origin/ask-once.ts';
import type { OriginClient, OriginRequest, OriginResponse } from '../../origin/types.ts';
import { checkAnswer } from '../../warm/check-answer.ts';
import type { PreparedFill } from '../../warm/prepare-fill.ts';
import type { Operation } from './closed-loop.ts';

/** Requests to the origin, and the last good answer. */
export interface OriginLoad {
  readonly operation: Operation;
  readonly lastGood: () => OriginResponse | undefined;
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
  let lastGood: OriginResponse | undefined;
  return {
    operation: {
      ...(prepare === undefined ? {} : { prepare }),
      send: async (signal) => {
        const response = await askOnce(client, request, signal);
        const cause = refusal(response);
        if (cause !== undefined) return { kind: 'bad', cause };
        lastGood = response;
        const counted = counterName === undefined ? undefined : numberIn(response.headers[counterName]);
        return counted === undefined ? { kind: 'good' } : { kind: 'good', counted };
      },
    },
    lastGood: () => lastGood,
  };
}

/** For bare addresses: any status but 2xx is a failure, because what is timed must be the page. */
export const statusRefusal: Refusal = ({ status }) =>
  status >= 200 && status <= 299 ? undefined : `status ${status}`;

/** For entries: what `cachectl warm` would not store cannot be compared with the cache. */
export function entryRefusal({ check, asksForEncoding }: PreparedFill): Refusal {
  return (response) => {
    const refused = checkAnswer(response, check, asksForEncoding);
    if (refused === undefined) return undefined;
    return refused.code === 'origin.status' ? `status ${response.status}` : refused.code;
  };
}

function numberIn(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

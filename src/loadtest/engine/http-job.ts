import type { PlainPlace } from '../../origin/http1/plain-request.ts';

/** One request that a load sends, ready for the wire. */
export interface HttpRequest {
  /** Index into the job's places. */
  readonly place: number;
  /** As Latin-1. */
  readonly text: string;
  readonly timeoutMs: number;
  /** The line of the report that it counts for. */
  readonly endpoint: number;
}

/** What HTTP load is put on: plain data, so that threads can be given it. */
export interface HttpJob {
  readonly places: readonly PlainPlace[];
  readonly requests: readonly HttpRequest[];
  readonly endpoints: number;
  /** The header whose numbers are averaged, in lower case. */
  readonly countHeader: string | undefined;
  /** Of opening one connection; a request's own time limit holds in any case. */
  readonly connectTimeoutMs: number | undefined;
}

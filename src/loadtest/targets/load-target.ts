import type { Endpoint } from './endpoint.ts';

/** One request of a load, and how often it is sent. */
export interface LoadTarget {
  readonly endpoint: Endpoint;
  /** Its own and the origin's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Beside other targets; `undefined` where nothing says so. */
  readonly weight: number | undefined;
}

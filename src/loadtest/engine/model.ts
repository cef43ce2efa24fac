import type { RateStage, Spread } from './arrivals.ts';

/** When requests are sent. */
export type LoadModel = ClosedModel | OpenModel;

/** Each connection sends its next request when the last one was answered. */
export interface ClosedModel {
  readonly kind: 'closed';
  readonly connections: number;
  readonly until: Until;
}

/** When a closed load ends. */
export type Until =
  | { readonly kind: 'requests'; readonly count: number }
  /** No request starts later than this; those under way are waited for. */
  | { readonly kind: 'duration'; readonly ms: number };

/** Requests are sent on schedule, whatever the answers do. */
export interface OpenModel {
  readonly kind: 'open';
  readonly stages: readonly RateStage[];
  readonly spread: Spread;
  /** Opened before the start. */
  readonly connections: number;
  /** A request that is due while so many are under way waits for one of them to end. */
  readonly maxInFlight: number;
}

import type { Share } from './arrivals.ts';
import type { HttpJob } from './http-job.ts';
import type { LoadPlan, LoadResult, Snapshot } from './run-load.ts';

/** What a worker thread is started with. */
export interface WorkerTask {
  readonly plan: LoadPlan;
  readonly job: HttpJob;
  readonly share: Share;
}

/** What a worker thread is told. */
export type ToWorker = 'start' | 'stop';

/** What a worker thread tells. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'result'; readonly result: LoadResult };

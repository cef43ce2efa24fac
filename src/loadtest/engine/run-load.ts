import { Deadlines } from '../../origin/http1/deadlines.ts';
import type { Share } from './arrivals.ts';
import { watchGenerator, type GeneratorLoad } from './generator-watch.ts';
import type { HttpJob } from './http-job.ts';
import { HttpSlot } from './http-slot.ts';
import { LoadLoop } from './load-loop.ts';
import type { LoadModel } from './model.ts';
import { chooser, type Popularity } from './popularity.ts';
import { seededRandom } from './random.ts';
import type { Progress } from './recorder.ts';
import type { RunRecord } from './run-record.ts';
import type { Slot, SlotOwner } from './slot.ts';

/** How a load is put on anything; plain data. */
export interface LoadPlan {
  readonly model: LoadModel;
  readonly popularity: Popularity;
  readonly seed: number;
  /** At the beginning, left out of the figures. */
  readonly warmupMs: number;
  /** How long a request of an open load may wait for its turn before it is dropped. */
  readonly patienceMs: number;
}

/** What one thread did. */
export interface LoadResult {
  readonly record: RunRecord;
  readonly generator: GeneratorLoad;
  /** Nothing was ever answered, and so it ended early. */
  readonly gaveUp: boolean;
}

/** What a run looks like from outside while it runs. */
export interface Snapshot extends Progress {
  readonly inFlight: number;
}

/** Who looks on, and who may end it. */
export interface Watcher {
  readonly signal: AbortSignal;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  /** Waited for once everything is open, so that several threads start together. */
  readonly start?: () => Promise<void>;
}

/** What requests are made of, whatever they are. */
export interface SlotSource {
  readonly targets: number;
  readonly endpoints: number;
  readonly endpointOf: (target: number) => number;
  readonly openSlot: (owner: SlotOwner) => Slot;
}

export const SNAPSHOT_INTERVAL_MS = 250;

/** Puts HTTP load on a job's places, from this thread. */
export async function runHttpLoad(
  plan: LoadPlan,
  job: HttpJob,
  share: Share,
  watcher: Watcher,
): Promise<LoadResult> {
  const deadlines = new Deadlines();
  try {
    return await runLoad(plan, httpSource(job, deadlines), share, watcher);
  } finally {
    deadlines.close();
  }
}

function httpSource(job: HttpJob, deadlines: Deadlines): SlotSource {
  return {
    targets: job.requests.length,
    endpoints: job.endpoints,
    endpointOf: (target) => job.requests[target]?.endpoint ?? 0,
    openSlot: (owner) => new HttpSlot(job, owner, deadlines),
  };
}

/** Puts load on anything that has slots. Never throws for requests that fail. */
export async function runLoad(
  plan: LoadPlan,
  source: SlotSource,
  share: Share,
  watcher: Watcher,
): Promise<LoadResult> {
  const loop = new LoadLoop({
    model: plan.model,
    share,
    warmupMs: plan.warmupMs,
    patienceMs: plan.patienceMs,
    random: seededRandom(plan.seed, 2 * share.index),
    choose: chooser(plan.popularity, source.targets, seededRandom(plan.seed, 2 * share.index + 1), share),
    endpoints: source.endpoints,
    endpointOf: source.endpointOf,
    openSlot: source.openSlot,
    signal: watcher.signal,
  });
  await loop.prepare();
  await watcher.start?.();
  const tell = (): void => {
    watcher.onSnapshot({ ...loop.recorder.takeProgress(), inFlight: loop.inFlight });
  };
  const timer = setInterval(tell, SNAPSHOT_INTERVAL_MS);
  const watch = watchGenerator();
  try {
    const endedAt = await loop.run();
    return { record: loop.recorder.record(endedAt), generator: watch.stop(), gaveUp: loop.gaveUp };
  } finally {
    clearInterval(timer);
  }
}

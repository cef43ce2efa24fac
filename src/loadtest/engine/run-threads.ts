import { Worker } from 'node:worker_threads';
import { packageFile } from '../../package-root.ts';
import { WHOLE } from './arrivals.ts';
import { busiest } from './generator-watch.ts';
import { COARSE_BITS, Histogram } from '../../histogram/histogram.ts';
import type { HttpJob } from './http-job.ts';
import {
  runHttpLoad,
  SNAPSHOT_INTERVAL_MS,
  type LoadPlan,
  type LoadResult,
  type Snapshot,
  type Watcher,
} from './run-load.ts';
import { mergeRecords } from './run-record.ts';
import type { FromWorker, ToWorker, WorkerTask } from './worker-messages.ts';

/** Puts HTTP load on a job's places from so many threads; with one, from this one. */
export async function runHttpThreads(
  plan: LoadPlan,
  job: HttpJob,
  workers: number,
  watcher: Watcher,
): Promise<LoadResult> {
  if (workers === 1) return runHttpLoad(plan, job, WHOLE, watcher);
  const threads = Array.from(
    { length: workers },
    (_, index) => new Thread({ plan, job, share: { index, of: workers } }),
  );
  const stop = (): void => threads.forEach((thread) => thread.tell('stop'));
  watcher.signal.addEventListener('abort', stop, { once: true });
  const timer = setInterval(
    () => watcher.onSnapshot(sumOf(threads.map(({ snapshot }) => snapshot))),
    SNAPSHOT_INTERVAL_MS,
  );
  try {
    await Promise.all(threads.map(({ ready }) => ready));
    for (const thread of threads) thread.tell(watcher.signal.aborted ? 'stop' : 'start');
    const [first, ...others] = await Promise.all(threads.map(({ result }) => result));
    if (first === undefined) throw new RangeError('no threads');
    const all = [first, ...others] as const;
    return {
      record: mergeRecords([first.record, ...others.map(({ record }) => record)]),
      generator: busiest(all.map(({ generator }) => generator)),
      gaveUp: all.every(({ gaveUp }) => gaveUp),
    };
  } finally {
    clearInterval(timer);
    watcher.signal.removeEventListener('abort', stop);
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

/** A worker thread, and what it has told. */
class Thread {
  readonly ready: Promise<void>;
  readonly result: Promise<LoadResult>;
  snapshot: Snapshot | undefined;
  readonly #worker: Worker;

  constructor(task: WorkerTask) {
    this.#worker = new Worker(packageFile('dist', 'loadtest-worker.js'), { workerData: task });
    let onReady: () => void = () => undefined;
    this.ready = new Promise((resolve) => (onReady = resolve));
    this.result = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') onReady();
        else if (message.kind === 'snapshot') this.snapshot = message.snapshot;
        else resolve(message.result);
      });
      const fail = (error: Error): void => {
        reject(error);
        onReady();
      };
      this.#worker.on('error', fail);
      this.#worker.on('exit', () => fail(new Error('a thread of the load generator ended early')));
    });
    // It is looked at only after all threads are ready.
    this.result.catch(() => undefined);
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function sumOf(snapshots: readonly (Snapshot | undefined)[]): Snapshot {
  const present = snapshots.filter((snapshot) => snapshot !== undefined);
  const latencies = new Histogram(COARSE_BITS);
  for (const snapshot of present) latencies.add(snapshot.latencies);
  const sum = (value: (snapshot: Snapshot) => number): number =>
    present.reduce((total, snapshot) => total + value(snapshot), 0);
  return {
    done: sum(({ done }) => done),
    failed: sum(({ failed }) => failed),
    dropped: sum(({ dropped }) => dropped),
    warmupRequests: sum(({ warmupRequests }) => warmupRequests),
    inFlight: sum(({ inFlight }) => inFlight),
    latencies: latencies.data(),
  };
}

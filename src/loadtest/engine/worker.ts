import { parentPort, workerData } from 'node:worker_threads';
import { runHttpLoad } from './run-load.ts';
import type { FromWorker, ToWorker, WorkerTask } from './worker-messages.ts';

/** A thread that generates its share of a load; `run-threads.ts` starts it. */
const port = parentPort;
if (port === null) throw new Error('this is no program of its own');
const { plan, job, share } = workerData as WorkerTask;
const stop = new AbortController();
const tell = (message: FromWorker): void => port.postMessage(message);
const started = new Promise<void>((resolve) => {
  port.on('message', (message: ToWorker) => {
    if (message === 'stop') stop.abort();
    resolve();
  });
});
const result = await runHttpLoad(plan, job, share, {
  signal: stop.signal,
  onSnapshot: (snapshot) => tell({ kind: 'snapshot', snapshot }),
  start: () => {
    tell({ kind: 'ready' });
    return started;
  },
});
tell({ kind: 'result', result });
port.close();

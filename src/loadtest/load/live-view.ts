import type { Context } from '../../cli/context.ts';
import { openLive, type LiveView } from '../../terminal/live.ts';
import { sparkline } from '../../terminal/sparkline.ts';
import type { TerminalInfo } from '../../terminal/terminal-info.ts';
import { formatDurationMs } from '../../units/duration.ts';
import { formatCount } from '../../units/number.ts';
import { plannedRequests } from '../engine/arrivals.ts';
import { Histogram } from '../../histogram/histogram.ts';
import type { LoadModel } from '../engine/model.ts';
import type { Snapshot } from '../engine/run-load.ts';
import { formatLatency, formatRate } from '../figures.ts';
import { modelText } from './render.ts';

/** What a person sees of a run while it runs. */
export interface RunView {
  readonly show: (snapshot: Snapshot) => void;
  readonly stop: () => void;
}

/** One moment, as the lines are drawn from. */
interface Moment {
  readonly perSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly failed: number;
  readonly inFlight: number;
}

const MOST_MOMENTS = 200;

/** A live picture where a person reads stdout; otherwise the progress that every command has. */
export function startView(context: Context, model: LoadModel): RunView {
  const { options, terminal, host, out } = context;
  const isWatched = (options.format ?? 'table') === 'table' && !options.quiet && out.isTerminal;
  if (!isWatched) return progressView(context, model);
  const live = openLive({ out, terminal, host, readKeys: false });
  if (!live.drawn) return progressView(context, model);
  const moments: Moment[] = [];
  const startedAt = host.clock.monotonicMs();
  let last = { at: startedAt, done: 0, failed: 0 };
  return {
    show: (snapshot) => {
      const now = host.clock.monotonicMs();
      const seconds = Math.max(0.001, (now - last.at) / 1_000);
      const done = snapshot.done + snapshot.warmupRequests;
      const latencies = Histogram.from(snapshot.latencies);
      moments.push({
        perSecond: (done - last.done) / seconds,
        p50Ms: latencies.percentile(50) ?? null,
        p99Ms: latencies.percentile(99) ?? null,
        failed: snapshot.failed - last.failed,
        inFlight: snapshot.inFlight,
      });
      if (moments.length > MOST_MOMENTS) moments.shift();
      last = { at: now, done, failed: snapshot.failed };
      void live.show(viewOf(model, snapshot, moments, now - startedAt));
    },
    stop: live.close,
  };
}

function progressView(context: Context, model: LoadModel): RunView {
  const total = expectedRequests(model);
  const progress = context.progress({ label: 'load test', unit: 'requests', total });
  return {
    show: ({ done, warmupRequests }) => progress.update(done + warmupRequests),
    stop: progress.stop,
  };
}

function expectedRequests(model: LoadModel): number | undefined {
  if (model.kind === 'open') return Math.round(plannedRequests(model.stages));
  return model.until.kind === 'requests' ? model.until.count : undefined;
}

function viewOf(
  model: LoadModel,
  snapshot: Snapshot,
  moments: readonly Moment[],
  elapsedMs: number,
): LiveView {
  return {
    screen: (terminal) => liveScreen(model, snapshot, moments, elapsedMs, terminal),
    plain: () => `${formatCount(snapshot.done)} requests`,
  };
}

/** Rate, latency, errors and requests under way, each with its last minute. Pure. */
export function liveScreen(
  model: LoadModel,
  snapshot: Snapshot,
  moments: readonly Moment[],
  elapsedMs: number,
  terminal: TerminalInfo,
): string {
  const width = Math.max(10, terminal.width - 32);
  const newest = moments.at(-1);
  const line = (name: string, now: string, values: readonly (number | null)[]): string =>
    `${name.padEnd(12)} ${now.padStart(12)}  ${sparkline(values, width, terminal.unicode, { min: 0 })}`;
  return [
    terminal.style.bold(`${modelText(model)}  ${formatDurationMs(elapsedMs)}`),
    '',
    line(
      'requests/s',
      formatRate(newest?.perSecond),
      moments.map(({ perSecond }) => perSecond),
    ),
    line(
      'p50',
      formatLatency(newest?.p50Ms ?? undefined),
      moments.map(({ p50Ms }) => p50Ms),
    ),
    line(
      'p99',
      formatLatency(newest?.p99Ms ?? undefined),
      moments.map(({ p99Ms }) => p99Ms),
    ),
    line(
      'failed',
      formatCount(snapshot.failed),
      moments.map(({ failed }) => failed),
    ),
    line(
      'in flight',
      formatCount(snapshot.inFlight),
      moments.map(({ inFlight }) => inFlight),
    ),
    '',
    `${formatCount(snapshot.done)} done, ${formatCount(snapshot.dropped)} dropped${snapshot.warmupRequests > 0 ? `, ${formatCount(snapshot.warmupRequests)} in the warm-up` : ''}; Ctrl-C ends it with a report`,
  ].join('\n');
}

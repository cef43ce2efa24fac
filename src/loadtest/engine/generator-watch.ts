import { monitorEventLoopDelay, performance, type EventLoopUtilization } from 'node:perf_hooks';

/** How busy a thread was that generated load. */
export interface GeneratorLoad {
  /** The part of the time in which the thread was working, from 0 to 1; of several threads the busiest. */
  readonly utilization: number;
  /** How much later than wanted a timer went off, at the 99th percentile, in milliseconds. */
  readonly loopDelayP99Ms: number;
}

/** How often the delay is looked at. */
const RESOLUTION_MS = 10;
const NANOSECONDS = 1e6;

/** Watches the thread that it is called in; `stop` says what was seen. */
export function watchGenerator(): { readonly stop: () => GeneratorLoad } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const before: EventLoopUtilization = performance.eventLoopUtilization();
  delay.enable();
  return {
    stop: () => {
      delay.disable();
      const { utilization } = performance.eventLoopUtilization(before);
      // The timer's own interval is part of what Node measures.
      const p99 = delay.percentile(99) / NANOSECONDS - RESOLUTION_MS;
      return { utilization, loopDelayP99Ms: Math.max(0, Number.isFinite(p99) ? p99 : 0) };
    },
  };
}

/** Of several threads: the worst of them. */
export function busiest(loads: readonly GeneratorLoad[]): GeneratorLoad {
  return {
    utilization: Math.max(0, ...loads.map(({ utilization }) => utilization)),
    loopDelayP99Ms: Math.max(0, ...loads.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
  };
}

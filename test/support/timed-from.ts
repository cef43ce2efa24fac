import { vi } from 'vitest';
import { until } from './until.ts';

/** A machine that stands still for longer has its timers moved on by no more. */
const LONGEST_STEP_MS = 50;

/**
 * Runs something whose time limits count only from an event on: a busy machine may take longer than such a limit until it
 * comes to what is tested. Timers stand still before the event. After it they go on as fast as the clock, which those
 * of sockets follow as well, and no faster: ahead of it, a wait of a second on a socket would count as many of them.
 * @returns what came of it, and by how many ms its timers were moved on
 */
export async function timedFrom<Result>(
  event: Promise<unknown>,
  run: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly passedMs: number }> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let isOver = false;
    const running = run().finally(() => (isOver = true));
    await Promise.race([event, running]);
    let passedMs = 0;
    let at = performance.now();
    await until(async () => {
      if (isOver) return true;
      const now = performance.now();
      const step = Math.min(now - at, LONGEST_STEP_MS);
      at = now;
      passedMs += step;
      await vi.advanceTimersByTimeAsync(step);
      return false;
    });
    return { result: await running, passedMs };
  } finally {
    vi.useRealTimers();
  }
}

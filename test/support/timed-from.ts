import { vi } from 'vitest';
import { until } from './until.ts';

const STEP_MS = 50;

/**
 * Runs something whose time limits count only from an event on: a busy machine may take longer than such a limit until it
 * comes to what is tested. Timers stand still before the event, and are moved on by hand after it.
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
    await until(async () => {
      if (isOver) return true;
      passedMs += STEP_MS;
      await vi.advanceTimersByTimeAsync(STEP_MS);
      return false;
    });
    return { result: await running, passedMs };
  } finally {
    vi.useRealTimers();
  }
}

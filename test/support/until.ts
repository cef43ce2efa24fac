import { setImmediate } from 'node:timers/promises';

/**
 * Waits for a condition, asking again as soon as the event loop has had its turn.
 * @throws where it does not come true within the limit
 */
export async function until(condition: () => Promise<boolean> | boolean, limitMs = 30_000): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > limitMs) throw new Error(`still not true: ${condition.toString()}`);
    await setImmediate();
  }
}

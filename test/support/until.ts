import { setTimeout } from 'node:timers/promises';

/** Short enough to be noticed by nobody, long enough to leave the machine to what is waited for. */
const BETWEEN_LOOKS_MS = 2;

/**
 * Waits for a condition, looking again and again.
 * @throws where it does not come true within the limit
 */
export async function until(condition: () => Promise<boolean> | boolean, limitMs = 30_000): Promise<void> {
  const startedAt = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedAt > limitMs) throw new Error(`still not true: ${condition.toString()}`);
    await setTimeout(BETWEEN_LOOKS_MS);
  }
}

// In place of k6's module: a check is counted by its name, whether it holds or not.

/** @type {Record<string, { passes: number, fails: number }>} */
export const checks = {};

/**
 * @param {unknown} value
 * @param {Record<string, (value: unknown) => boolean>} conditions
 */
export function check(value, conditions) {
  for (const [name, holds] of Object.entries(conditions)) {
    const counts = (checks[name] ??= { passes: 0, fails: 0 });
    counts[holds(value) ? 'passes' : 'fails']++;
  }
}

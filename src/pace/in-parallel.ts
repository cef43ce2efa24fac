/**
 * Does the same with every item, some of them at once, and gives the results in the order of the items. After
 * a failure nothing more is begun; it is told once all that was under way has ended.
 * @param atOnce at most so many are under way; at least 1
 * @throws what the first failing one threw
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const waiting = items.entries();
  const workThrough = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workThrough));
  if (failures.length > 0) throw failures[0];
  return results;
}

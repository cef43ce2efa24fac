import { availableParallelism } from 'node:os';

/** How many threads can work at the same time on this machine. */
export function cores(): number {
  return availableParallelism();
}

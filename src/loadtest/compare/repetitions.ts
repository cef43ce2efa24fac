import type { ClosedModel } from '../engine/model.ts';

/** Cuts a phase into repetitions that take turns with those of the other phase; never into empty ones. */
export function repetitionsOf(repeat: number, until: ClosedModel['until']): readonly ClosedModel['until'][] {
  if (until.kind === 'duration') {
    return Array.from({ length: repeat }, () => ({ kind: 'duration', ms: until.ms / repeat }));
  }
  const runs = Math.min(repeat, until.count);
  return Array.from({ length: runs }, (_, index) => ({
    kind: 'requests',
    count: Math.floor(until.count / runs) + (index < until.count % runs ? 1 : 0),
  }));
}

import { expiredAfter } from './expiries.ts';
import type { SavedGroup, SavedServer, SavedStats } from './saved.ts';

/** What became of one group between two reports. */
export interface GroupChange {
  /** `null`: keys of no group. */
  readonly name: string | null;
  readonly keysBefore: number;
  readonly keysAfter: number;
  /**
   * About how many of the keys of the first report had run out by the second; `null` where that was not saved. A
   * key that was written anew meanwhile is among them, and among those that were written.
   */
  readonly ranOut: number | null;
  /** How many more keys there are than without those that ran out: written, or (negative) removed. */
  readonly others: number | null;
  readonly memoryBefore: number | null;
  readonly memoryAfter: number | null;
}

/** What is different between two reports. */
export interface StatsDiff {
  readonly before: SavedStats;
  readonly after: SavedStats;
  readonly elapsedSeconds: number;
  readonly total: GroupChange;
  /** The biggest change first, what is of no group last; empty where the reports have no groups. */
  readonly groups: readonly GroupChange[];
  /** What the servers counted in between; `null` where one was restarted or is not in both. */
  readonly expired: number | null;
  readonly evicted: number | null;
}

/** Compares two reports; the second is the later one. */
export function diffStats(before: SavedStats, after: SavedStats): StatsDiff {
  const elapsedSeconds = (after.endedAt - before.endedAt) / 1_000;
  const names = new Set([...(before.groups?.keys() ?? []), ...(after.groups?.keys() ?? [])]);
  const groups = [...names]
    .map((name) => changeOf(name, before.groups?.get(name), after.groups?.get(name), elapsedSeconds))
    .sort(
      (a, b) =>
        Math.abs(b.keysAfter - b.keysBefore) - Math.abs(a.keysAfter - a.keysBefore) ||
        (a.name ?? '').localeCompare(b.name ?? ''),
    );
  const rest = changeOf(null, before.ungrouped, after.ungrouped, elapsedSeconds);
  const all = rest.keysBefore + rest.keysAfter > 0 ? [...groups, rest] : groups;
  return {
    before,
    after,
    elapsedSeconds,
    total: totalOf(before, after, all),
    groups: all,
    expired: countedBetween(before.servers, after.servers, ({ expired }) => expired),
    evicted: countedBetween(before.servers, after.servers, ({ evicted }) => evicted),
  };
}

function changeOf(
  name: string | null,
  before: SavedGroup | undefined,
  after: SavedGroup | undefined,
  elapsedSeconds: number,
): GroupChange {
  const keysBefore = before?.values.get('keys') ?? 0;
  const keysAfter = after?.values.get('keys') ?? 0;
  const ranOut = before === undefined ? 0 : expiredAfter(before.expiries, elapsedSeconds);
  return {
    name,
    keysBefore,
    keysAfter,
    ranOut,
    others: keysAfter - (keysBefore - ranOut),
    memoryBefore: before?.values.get('memory_bytes') ?? (before === undefined ? 0 : null),
    memoryAfter: after?.values.get('memory_bytes') ?? (after === undefined ? 0 : null),
  };
}

/** Of reports without groups only the number of keys is known, as the servers tell it. */
function totalOf(before: SavedStats, after: SavedStats, groups: readonly GroupChange[]): GroupChange {
  const sum = (read: (group: GroupChange) => number): number =>
    groups.reduce((total, group) => total + read(group), 0);
  const facts = {
    name: 'total',
    memoryBefore: before.values.get('memory_used_bytes') ?? null,
    memoryAfter: after.values.get('memory_used_bytes') ?? null,
  };
  if (groups.length === 0) {
    const [keysBefore, keysAfter] = [before.values.get('keys') ?? 0, after.values.get('keys') ?? 0];
    return { ...facts, keysBefore, keysAfter, ranOut: null, others: null };
  }
  return {
    ...facts,
    keysBefore: sum((group) => group.keysBefore),
    keysAfter: sum((group) => group.keysAfter),
    ranOut: sum((group) => group.ranOut ?? 0),
    others: sum((group) => group.others ?? 0),
  };
}

function countedBetween(
  before: readonly SavedServer[],
  after: readonly SavedServer[],
  read: (server: SavedServer) => number | null,
): number | null {
  if (before.length !== after.length) return null;
  let sum = 0;
  for (const server of after) {
    const was = before.find(({ runId }) => runId !== null && runId === server.runId);
    const [from, to] = [was === undefined ? null : read(was), read(server)];
    // A counter that fell was set to zero in between.
    if (from === null || to === null || to < from) return null;
    sum += to - from;
  }
  return sum;
}

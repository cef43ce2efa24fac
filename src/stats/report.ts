import { assertionExitCode, type Reading, type Verdict } from '../assertions/verdict.ts';
import type { GroupTerm } from '../assertions/cache-terms.ts';
import type { NamedMetric } from '../assertions/vocabulary.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { LostNode } from '../redis/types.ts';
import type { Figures } from './figures.ts';
import { readGroup, type GroupReport } from './group-counts.ts';
import { METRICS } from './metrics.ts';
import type { SavedStats } from './saved.ts';
import type { Window } from './window.ts';

/** What `stats` found. */
export interface StatsReport {
  /** `host:port/db`. */
  readonly target: string;
  readonly database: number;
  /** Milliseconds since the epoch, and how long it took. */
  readonly startedAt: number;
  readonly elapsedMs: number;
  readonly window: Window;
  /** The servers that the figures are of. */
  readonly nodes: readonly NodeFigures[];
  /** The same as counted since they started. */
  readonly sinceStart: readonly NodeFigures[];
  /** Whether each server is shown as well. */
  readonly perNode: boolean;
  /** Primaries that could not be asked: their figures are missing. */
  readonly lost: readonly LostNode[];
  readonly figures: Figures;
  readonly groups: GroupReport | undefined;
  readonly baseline: SavedStats | undefined;
  readonly verdicts: readonly Verdict[];
}

/** What one primary says. */
export interface NodeFigures {
  readonly address: string;
  readonly figures: Figures;
}

/** A missing server goes before an assertion: what was asserted was not measured in full. */
export function statsExitCode(report: Pick<StatsReport, 'verdicts' | 'lost'>): ExitCode {
  if (report.lost.length > 0) return ExitCode.partial;
  return assertionExitCode(report.verdicts);
}

/** What an assertion finds in a report. */
export function readMetric(
  { figures, groups, window }: Pick<StatsReport, 'figures' | 'groups' | 'window'>,
  { name, group }: NamedMetric,
): Reading {
  if (group === undefined) {
    const metric = METRICS.find((candidate) => candidate.name === name);
    const value = metric?.read(figures) ?? null;
    const isQuiet = name === 'hit_rate' && window.kind !== 'since start' && figures.hits !== null;
    return { value, absent: isQuiet ? 'no reads in the window' : metric?.absent };
  }
  const found = groups?.groups.find((candidate) => candidate.name === group);
  if (groups === undefined || found === undefined)
    return { value: null, absent: `no key of "${group}" was seen` };
  const value = readGroup(found, name as GroupTerm, groups);
  return { value, absent: name === 'hit_rate' ? 'no reads in the window' : 'no keys' };
}

import { assertionExitCode, type Verdict } from '../assertions/verdict.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { LostNode } from '../redis/types.ts';
import type { Figures } from './figures.ts';

/** What `stats` found. */
export interface StatsReport {
  /** `host:port/db`. */
  readonly target: string;
  /** The servers that the figures are of. */
  readonly nodes: readonly NodeFigures[];
  /** Whether each server is shown as well. */
  readonly perNode: boolean;
  /** Primaries that could not be asked: their figures are missing. */
  readonly lost: readonly LostNode[];
  readonly figures: Figures;
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

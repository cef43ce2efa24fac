import { ExitCode } from '../cli/exit-code.ts';
import type { Verdict } from './assertion.ts';
import type { Figures } from './figures.ts';

/** What `stats` found. */
export interface StatsReport {
  /** `host:port/db`. */
  readonly target: string;
  /** How many servers the figures are of. */
  readonly primaries: number;
  readonly figures: Figures;
  readonly verdicts: readonly Verdict[];
}

/** One assertion that does not hold is enough. */
export function statsExitCode(report: Pick<StatsReport, 'verdicts'>): ExitCode {
  return report.verdicts.every((verdict) => verdict.pass) ? ExitCode.ok : ExitCode.assertion;
}

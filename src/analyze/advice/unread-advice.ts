import { formatBytes } from '../../units/bytes.ts';
import { formatDurationMs } from '../../units/duration.ts';
import { countOf, formatPercent } from '../../units/number.ts';
import { estimateBytes, estimateKeys } from '../estimate.ts';
import type { AnalyzeReport } from '../report.ts';
import type { Finding } from './finding.ts';
import { patternFlag } from './wording.ts';

/** Fewer reads say nothing about who is never read. */
const FEWEST_READS = 1_000;
/** What takes less is not worth a thought. */
const LEAST_SHARE = 0.01;

/** Patterns that take memory and were not read once while it was listened to. */
export function unreadPatterns(report: AnalyzeReport): readonly Finding[] {
  const { hot, tally, scale } = report;
  if (hot === undefined || hot.reads < FEWEST_READS || hot.readPatterns.mostForgotten > 0) return [];
  return report.patterns
    .filter(
      ({ name, figures, isOther }) =>
        !isOther && figures.bytes >= LEAST_SHARE * tally.total.bytes && hot.readPatterns.count(name) === 0,
    )
    .map((pattern): Finding => {
      const { name, figures, glob } = pattern;
      return {
        code: 'pattern.unread',
        severity: 'notice',
        subject: name,
        title: `${name} takes ${formatBytes(estimateBytes(figures, scale).value)}, and none of it was read in ${formatDurationMs(hot.elapsedMs)}`,
        evidence: [
          `none of ${countOf(hot.reads, 'read')} that were heard was of its ${countOf(estimateKeys(figures.keys, scale).value, 'key')}`,
          `it is ${formatPercent(figures.bytes / tally.total.bytes)} of the memory`,
        ],
        mend: [`cachectl keys ${patternFlag(glob)} --idle '>1d' --count`],
      };
    });
}

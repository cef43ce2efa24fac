import { shownKey } from '../selection/describe.ts';
import { formatCount, formatPercent } from '../units/number.ts';
import { estimateKeys } from './estimate.ts';
import type { Figures } from './figures.ts';
import type { Pattern } from './prefixes.ts';
import type { AnalyzeReport } from './report.ts';
import type { ReportTable } from './tables.ts';

/** What is used most, by the servers' own counters; empty where they have none. */
export function usedTables(report: AnalyzeReport): readonly ReportTable[] {
  const { known, tally, layout } = report;
  if (!known.has('frequency')) return [];
  return [
    {
      id: 'hot',
      title: 'Most used patterns, by the LFU counters',
      columns: [
        { title: 'pattern', flexible: true },
        { title: 'uses, about', align: 'right' },
        { title: 'share', align: 'right' },
        { title: 'keys', align: 'right', spare: 1 },
      ],
      rows: mostUsedPatterns(report).map(({ name, figures }) => [
        name,
        formatCount(estimateUses(figures, report)),
        formatPercent(figures.uses / tally.total.uses),
        formatCount(estimateKeys(figures.keys, report.scale).value),
      ]),
    },
    {
      id: 'hot',
      title: 'Most used keys, by the LFU counters',
      columns: [
        { title: 'key', flexible: true },
        { title: 'counter', align: 'right' },
        { title: 'uses, about', align: 'right' },
      ],
      rows: tally.mostUsed.keys.map(({ key, frequency = 0 }) => [
        shownKey(key, layout),
        String(frequency),
        formatCount(tally.usesOf(frequency)),
      ]),
    },
  ];
}

/** Patterns by the uses of their keys, as far as the counters tell of any. */
export function mostUsedPatterns({ patterns, top }: AnalyzeReport): readonly Pattern[] {
  return patterns
    .filter(({ figures }) => figures.uses > 0)
    .toSorted((a, b) => b.figures.uses - a.figures.uses)
    .slice(0, top);
}

/** Uses of all keys of a kind, from those looked at. */
export function estimateUses({ uses }: Figures, { scale }: Pick<AnalyzeReport, 'scale'>): number {
  return Math.round(scale.isSample && scale.looked > 0 ? (uses / scale.looked) * scale.all : uses);
}

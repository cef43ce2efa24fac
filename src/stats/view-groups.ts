import { GROUP_TERMS, type GroupTerm } from '../assertions/cache-terms.ts';
import { UNITS } from '../assertions/unit.ts';
import { escapeText } from '../keys/printable.ts';
import type { Column } from '../terminal/table.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import { deviationPercent, readGroup, type GroupReport } from './group-counts.ts';

const SHOWN = [
  ['hit rate', 'hit_rate'],
  ['reads/s', 'reads_per_second'],
  ['keys', 'keys'],
  ['memory', 'memory'],
  ['without TTL', 'share_without_ttl'],
] as const satisfies readonly (readonly [string, GroupTerm])[];

/** The columns of the table of groups. */
export const GROUP_COLUMNS: readonly Column[] = [
  { title: 'group', flexible: true },
  ...SHOWN.map(([title]): Column => ({ title, align: 'right' })),
];

/** The rows of the table of groups. */
export function groupRows(report: GroupReport): readonly (readonly string[])[] {
  return report.groups.map((group) => [
    group.name === null ? '(other)' : escapeText(group.name),
    ...SHOWN.map(([, term]) => {
      const value = readGroup(group, term, report);
      return value === null ? '-' : UNITS[unitOf(term)].format(value);
    }),
  ]);
}

/** How the hit rates were measured, and how far that can be trusted; empty where they were not. */
export function captureLine({ capture, isFull }: GroupReport): string {
  const lines: string[] = [];
  if (capture !== undefined) {
    const { seconds, events, heard, counted, endedBy } = capture;
    const deviation = deviationPercent(capture);
    const why = endedBy === 'time' ? '' : endedBy === 'events' ? ' (--max-events)' : ' (interrupted)';
    const trust =
      deviation === null
        ? `the servers counted none`
        : `the servers counted ${formatCount(counted.reads)}, a deviation of ${deviation}%`;
    lines.push(
      `heard ${countOf(heard.reads, 'read')} in ${countOf(events, 'command')} ` +
        `within ${formatDurationMs(seconds * 1_000)}${why}; ${trust}`,
    );
  }
  if (isFull) lines.push('there are more groups than are told apart: the rest is with (other)');
  return lines.join('\n');
}

function unitOf(term: GroupTerm): keyof typeof UNITS {
  return GROUP_TERMS.find(({ name }) => name === term)?.unit ?? 'count';
}

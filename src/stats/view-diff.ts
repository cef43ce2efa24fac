import type { JsonDocument } from '../cli/command.ts';
import { escapeText } from '../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';
import type { GroupChange, StatsDiff } from './diff.ts';

const COLUMNS: readonly Column[] = [
  { title: 'group', flexible: true },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
  { title: 'change', align: 'right' },
  { title: 'ran out', align: 'right' },
  { title: 'written or removed', align: 'right' },
  { title: 'memory', align: 'right' },
];

/** The difference for people. */
export function renderDiff(diff: StatsDiff, terminal: TerminalInfo): string {
  return [renderTable(COLUMNS, rows(diff), terminal), ...remarks(diff)].join('\n');
}

/** The difference for a pull request comment. */
export function renderDiffMarkdown(diff: StatsDiff): string {
  const table = renderMarkdownTable(
    COLUMNS.map(({ title }) => title),
    rows(diff),
    COLUMNS.map(({ align }) => align ?? 'left'),
  );
  return [table, '', ...remarks(diff)].join('\n');
}

/** `cachectl/stats-diff/v1`. docs/schemas/stats-diff.v1.schema.json describes it. */
export function diffJson(diff: StatsDiff): JsonDocument {
  const { before, after } = diff;
  return {
    schema: 'cachectl/stats-diff/v1',
    before: { path: before.path, target: before.target, at: before.at },
    after: { path: after.path, target: after.target, at: after.at },
    elapsed_seconds: diff.elapsedSeconds,
    expired_by_server: diff.expired,
    evicted_by_server: diff.evicted,
    total: changeJson(diff.total),
    groups: diff.groups.map((group) => ({ group: group.name, ...changeJson(group) })),
  };
}

/** A line for each group, and one for all. */
export function diffCsv({ groups, total }: StatsDiff): string {
  return renderCsv(
    [
      'group',
      'keys_before',
      'keys_after',
      'ran_out',
      'written_or_removed',
      'memory_before_bytes',
      'memory_after_bytes',
    ],
    [...groups, total].map((group) => [
      group.name ?? '(other)',
      group.keysBefore,
      group.keysAfter,
      group.ranOut,
      group.others,
      group.memoryBefore,
      group.memoryAfter,
    ]),
  );
}

function changeJson(group: GroupChange): Readonly<Record<string, number | null>> {
  return {
    keys_before: group.keysBefore,
    keys_after: group.keysAfter,
    ran_out: group.ranOut,
    written_or_removed: group.others,
    memory_before_bytes: group.memoryBefore,
    memory_after_bytes: group.memoryAfter,
  };
}

function rows({ groups, total }: StatsDiff): readonly (readonly string[])[] {
  return [...groups, total].map((group) => {
    const { memoryBefore, memoryAfter } = group;
    return [
      group.name === null ? '(other)' : escapeText(group.name),
      formatCount(group.keysBefore),
      formatCount(group.keysAfter),
      signed(group.keysAfter - group.keysBefore, formatCount),
      group.ranOut === null ? '-' : formatCount(group.ranOut),
      group.others === null ? '-' : signed(group.others, formatCount),
      memoryBefore === null || memoryAfter === null ? '-' : signed(memoryAfter - memoryBefore, formatBytes),
    ];
  });
}

function remarks(diff: StatsDiff): readonly string[] {
  const { before, after, expired, evicted } = diff;
  const lines = [`${formatDurationMs(diff.elapsedSeconds * 1_000)} between ${before.at} and ${after.at}`];
  lines.push(
    expired === null || evicted === null
      ? 'servers were restarted, or are others: what they expired and evicted in between is not known'
      : `the servers expired ${formatCount(expired)} and evicted ${formatCount(evicted)} in between`,
  );
  if (diff.groups.length === 0) {
    lines.push('the reports have no groups: save them with --by-prefix or --by-group to see what ran out');
  }
  if (before.target !== after.target) {
    lines.push(
      `the reports are of two targets: ${escapeText(before.target)} and ${escapeText(after.target)}`,
    );
  }
  return lines;
}

function signed(value: number, format: (value: number) => string): string {
  if (value === 0) return '=';
  return value > 0 ? `+${format(value)}` : `-${format(-value)}`;
}

import { escapeText } from '../keys/printable.ts';
import { shownKey } from '../selection/describe.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount, formatPercent } from '../units/number.ts';
import { Figures, sumOfFigures } from './figures.ts';
import type { HeavyHitters } from './heavy-hitters.ts';
import type { RankedKey } from './ranking.ts';
import type { AnalyzeReport } from './report.ts';
import { figureColumns, PLUS_MINUS, topRows, type Row } from './rows.ts';
import { IDLE_CLASSES, LIFE_CLASSES, TYPES } from './seen-key.ts';
import { usedTables } from './used.ts';

/** One table of the report, in words. */
export interface ReportTable {
  /** Stable, for CSV. */
  readonly id: 'hot' | 'group' | 'prefix' | 'pattern' | 'type' | 'ttl' | 'idle' | 'biggest' | 'longest';
  readonly title: string;
  readonly columns: readonly {
    readonly title: string;
    readonly align?: 'right';
    readonly flexible?: boolean;
    readonly spare?: number;
  }[];
  readonly rows: readonly (readonly string[])[];
}

/** All tables that a report has something for. */
export function tablesOf(report: AnalyzeReport): readonly ReportTable[] {
  const { tally, known } = report;
  const tables = [
    ...hotTables(report),
    ...usedTables(report),
    figureTable(report, 'group', 'By group', groupRows(report)),
    // Where keys have few segments, prefixes and patterns are the same.
    ...(isSameList(report) ? [] : [figureTable(report, 'prefix', 'By prefix', prefixRows(report))]),
    figureTable(report, 'pattern', 'By pattern', patternRows(report)),
    ...(known.has('type') ? [figureTable(report, 'type', 'By type', typeRows(report))] : []),
    ...(known.has('ttl') ? [figureTable(report, 'ttl', 'By TTL', lifeRows(report))] : []),
    ...(known.has('idle') ? [figureTable(report, 'idle', 'By idle time', idleRows(report))] : []),
    keyTable(report, 'biggest', 'Biggest keys', tally.biggest.keys),
    keyTable(report, 'longest', 'Longest collections', tally.longest.keys),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function isSameList({ prefixes, patterns }: AnalyzeReport): boolean {
  return prefixes.length === patterns.length && prefixes.every(({ name }, at) => name === patterns[at]?.name);
}

function figureTable(
  report: AnalyzeReport,
  id: ReportTable['id'],
  title: string,
  rows: readonly Row[],
): ReportTable {
  const columns = figureColumns(report, id === 'ttl' ? 'TTL' : id);
  return { id, title, columns, rows: rows.map((row) => columns.map(({ cell }) => cell(row))) };
}

/** Groups of the spec file, and what is in none of them. */
export function groupRows({ tally }: AnalyzeReport): readonly Row[] {
  if (tally.groups.size === 0) return [];
  return [
    ...[...tally.groups].map(([name, figures]) => ({ name: escapeText(name), figures })),
    { name: 'unclassified', figures: tally.unclassified },
  ];
}

function prefixRows({ prefixes, top, tally }: AnalyzeReport): readonly Row[] {
  return [...topRows(prefixes, top, restOf('prefix', 'prefixes')), ...foreignRows(tally.foreign)];
}

function patternRows({ patterns, top, tally }: AnalyzeReport): readonly Row[] {
  return [...topRows(patterns, top, restOf('pattern')), ...foreignRows(tally.foreign)];
}

function foreignRows(figures: Figures): readonly Row[] {
  return figures.keys === 0 ? [] : [{ name: 'not of the layout', figures }];
}

function restOf(singular: string, plural?: string): (rest: readonly Row[]) => Row {
  return (rest) => ({
    name: `other (${countOf(rest.length, singular, plural)})`,
    figures: sumOfFigures(rest),
  });
}

/** Types that there are, the one that takes most first. */
export function typeRows({ tally }: AnalyzeReport): readonly Row[] {
  return tally.types
    .map((figures, index) => ({ name: TYPES[index] ?? '', figures }))
    .filter(({ figures }) => figures.keys > 0)
    .toSorted((a, b) => b.figures.bytes - a.figures.bytes || b.figures.keys - a.figures.keys);
}

/** Keys that never expire, and the others by how long they still live. */
export function lifeRows({ tally }: AnalyzeReport): readonly Row[] {
  const never = new Figures();
  const { total } = tally;
  Object.assign(never, {
    keys: total.withoutTtl,
    bytes: total.bytesWithoutTtl,
    squaredBytes: total.squaredBytesWithoutTtl,
    withoutTtl: total.withoutTtl,
  });
  const rows = LIFE_CLASSES.map(({ name }, index) => ({
    name,
    figures: tally.lives[index] ?? new Figures(),
  }));
  return [{ name: 'none', figures: never }, ...rows].filter(({ figures }) => figures.keys > 0);
}

/** Keys by how long they have not been used. */
export function idleRows({ tally }: AnalyzeReport): readonly Row[] {
  return IDLE_CLASSES.map(({ name }, index) => ({
    name,
    figures: tally.idles[index] ?? new Figures(),
  })).filter(({ figures }) => figures.keys > 0);
}

function hotTables({ hot, top, layout }: AnalyzeReport): readonly ReportTable[] {
  if (hot === undefined) return [];
  const table = (title: string, name: string, hitters: HeavyHitters, all: number): ReportTable => ({
    id: 'hot',
    title,
    columns: [
      { title: name, flexible: true },
      { title: 'times', align: 'right' },
      { title: 'share', align: 'right' },
      { title: 'a second', align: 'right' },
    ],
    rows: hitters
      .top(top)
      .map((hitter) => [
        name === 'key' ? shownKey(Buffer.from(hitter.name, 'latin1'), layout) : hitter.name,
        formatCount(hitter.count),
        formatPercent(hitter.count / all),
        formatCount((hitter.count / hot.elapsedMs) * 1_000),
      ]),
  });
  return [
    table('Most read patterns', 'pattern', hot.readPatterns, hot.reads),
    table('Most read keys', 'key', hot.readKeys, hot.reads),
    table('Most written patterns', 'pattern', hot.writtenPatterns, hot.writes),
    table('Most written keys', 'key', hot.writtenKeys, hot.writes),
  ];
}

function keyTable(
  { layout }: AnalyzeReport,
  id: 'biggest' | 'longest',
  title: string,
  keys: readonly RankedKey[],
): ReportTable {
  return {
    id,
    title,
    columns: [
      { title: 'key', flexible: true },
      { title: 'type', spare: 2 },
      { title: 'memory', align: 'right' },
      { title: 'length', align: 'right' },
      { title: 'TTL', align: 'right', spare: 1 },
    ],
    rows: keys.map((ranked) => [
      shownKey(ranked.key, layout),
      TYPES[ranked.type] ?? '',
      formatBytes(ranked.sizeBytes),
      lengthText(ranked),
      ranked.ttlMs < 0 ? 'none' : formatDurationMs(ranked.ttlMs),
    ]),
  };
}

function lengthText({ type, length }: RankedKey): string {
  if (length === undefined) return '-';
  return type === 0 ? formatBytes(length) : countOf(length, 'element');
}

/** What stands above the tables: `name`, `value`; `plusMinus` is what the columns of that meaning are called. */
export function summaryOf(
  report: AnalyzeReport,
  plusMinus: string = PLUS_MINUS,
): readonly (readonly [name: string, value: string])[] {
  const { reading, scale, tally, target, interrupted, hot } = report;
  const { total, vanished } = tally;
  const where = target.connectionName === undefined ? target.location : `${target.name} (${target.location})`;
  const counted = `${countOf(reading.looked, 'key')} in ${formatDurationMs(reading.elapsedMs)}`;
  return [
    ['target', escapeText(where)],
    ['keys', totalText(report)],
    [
      'looked at',
      scale.isSample ? `a sample: ${counted}; ${plusMinus} is the 95 % confidence interval` : counted,
    ],
    ...(hot === undefined
      ? []
      : [
          [
            'listened to',
            `${countOf(hot.commands, 'command')} in ${formatDurationMs(hot.elapsedMs)}: ${countOf(hot.reads, 'read')}, ${countOf(hot.writes, 'write')}`,
          ] as const,
        ]),
    ...(vanished > 0 ? [['vanished meanwhile', formatCount(vanished)] as const] : []),
    ...(reading.moved > 0
      ? [['slots moved meanwhile', `${countOf(reading.moved, 'key')} of theirs read afterwards`] as const]
      : []),
    ...(tally.tree.isBounded
      ? [['listed apart', 'the largest names of each prefix; all others are together as {other}'] as const]
      : []),
    ...(interrupted
      ? [['interrupted', 'the figures are those of the keys looked at until then'] as const]
      : []),
    ...reading.lost.map(
      ({ address, error }) => ['not read to its end', `${address}: ${escapeText(error.message)}`] as const,
    ),
    ...(total.keys === 0 ? [['found', 'no keys'] as const] : []),
  ];
}

function totalText(report: AnalyzeReport): string {
  const [cells] = figureTable(report, 'type', '', [{ name: '', figures: report.tally.total }]).rows;
  const columns = figureColumns(report, '');
  const named = new Map(columns.map(({ title }, index) => [title, cells?.[index] ?? '']));
  if (report.tally.total.keys === 0) return named.get('keys') ?? '';
  const memory = named.get('memory');
  const without = named.get('no TTL');
  return [
    named.get('keys') ?? '',
    ...(memory === undefined ? [] : [`${memory} of memory`]),
    ...(without === undefined ? [] : [`${without} without TTL`]),
  ].join(', ');
}

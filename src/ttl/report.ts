import type { JsonDocument, ReportViews } from '../cli/command.ts';
import { escapeText } from '../keys/printable.ts';
import { feltJson, feltLines, type Felt } from '../pace/felt.ts';
import type { RedisTarget } from '../redis/types.ts';
import { LIFE_CLASSES } from '../selection/breakdown.ts';
import { renderTable } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import type { LifeChange } from './change.ts';
import type { Lives, TtlResult } from './execute.ts';

/** The report of a run. */
export interface TtlReport {
  readonly target: RedisTarget;
  /** As {@link selectionJson} gives it. */
  readonly selection: Readonly<Record<string, unknown>>;
  readonly change: LifeChange;
  readonly dryRun: boolean;
  readonly result: TtlResult;
  /** What other clients felt, where something was changed for long enough to measure. */
  readonly felt: Felt | undefined;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

/** A change in words, behind "would". */
export function changeText(change: LifeChange): string {
  switch (change.kind) {
    case 'set':
      return `live ${formatDurationMs(change.ms)}`;
    case 'extend':
      return `live ${formatDurationMs(change.ms)} longer`;
    case 'cap':
      return `live at most ${formatDurationMs(change.ms)}`;
    case 'persist':
      return 'never expire';
  }
}

/** All forms of the report. */
export function ttlViews(report: TtlReport): ReportViews {
  return { table: (terminal) => render(report, terminal), json: () => toJson(report) };
}

function render(report: TtlReport, terminal: TerminalInfo): string {
  const { result, target } = report;
  const { matched, changed, unchanged, before, after, lost } = result;
  const broken = report.interrupted || result.failure !== undefined;
  const head = report.dryRun
    ? `${countOf(changed, 'key')} of ${target.name} would ${changeText(report.change)}`
    : `${broken ? terminal.style.warn('Stopped early: changed') : terminal.style.good('Changed')} ` +
      `${countOf(changed, 'key')} of ${target.name} in ${formatDurationMs(report.elapsedMs)}`;
  const rows = LIFE_CLASSES.filter((name) => before.has(name) || after.has(name)).map((name) => [
    name,
    formatCount(before.get(name) ?? 0),
    formatCount(after.get(name) ?? 0),
  ]);
  const columns = [
    { title: 'life' },
    { title: 'before', align: 'right' as const },
    { title: 'after', align: 'right' as const },
  ];
  return [
    head,
    ...(unchanged > 0
      ? [`${formatCount(unchanged)} of ${countOf(matched, 'matched key')} stay as they are`]
      : []),
    ...feltLines(report.felt, report.elapsedMs),
    ...(rows.length === 0 ? [] : ['', renderTable(columns, rows, terminal)]),
    ...lost.map(({ address, error }) => `Not looked at: ${address}: ${escapeText(error.message)}`),
  ].join('\n');
}

function toJson({
  target,
  selection,
  change,
  dryRun,
  result,
  felt,
  elapsedMs,
  interrupted,
}: TtlReport): JsonDocument {
  const { matched, changed, unchanged, before, after, lost, failure } = result;
  return {
    schema: 'cachectl/ttl/v1',
    dry_run: dryRun,
    target: { name: target.name, location: target.location, protected: target.protected },
    selection,
    change: {
      kind: change.kind,
      ...(change.kind === 'persist' ? {} : { seconds: change.ms / 1_000 }),
      ...(change.kind === 'set' ? { jitter: change.jitter, only_missing: change.onlyMissing } : {}),
    },
    matched,
    changed,
    unchanged,
    lives: livesJson(before, after),
    others_latency: feltJson(felt),
    elapsed_ms: Math.round(elapsedMs * 10) / 10,
    interrupted,
    unreachable: lost.map(({ address, error }) => ({ address, message: error.message })),
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
  };
}

function livesJson(before: Lives, after: Lives): readonly unknown[] {
  return LIFE_CLASSES.map((life) => ({
    life,
    before: before.get(life) ?? 0,
    after: after.get(life) ?? 0,
  }));
}

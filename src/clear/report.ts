import type { JsonDocument, ReportViews } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Layout } from '../keys/layout.ts';
import { escapeText, keyJson, printableKey } from '../keys/printable.ts';
import type { LostNode, RedisTarget } from '../redis/types.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import type { ClearResult } from './execute.ts';
import type { ClearPlan } from './plan.ts';
import type { Selection } from './selection.ts';

interface ReportBase {
  readonly target: RedisTarget;
  readonly selection: Selection;
  readonly layout: Layout;
  readonly elapsedMs: number;
  /** Stopped by a signal or the time limit before the end. */
  readonly interrupted: boolean;
}

/** The report of a clear, or of its plan. */
export type ClearReport =
  | (ReportBase & { readonly kind: 'plan'; readonly plan: ClearPlan })
  | (ReportBase & { readonly kind: 'result'; readonly result: ClearResult });

/** All forms of the report. */
export function clearViews(report: ClearReport): ReportViews {
  return { table: (terminal) => renderTable(report, terminal), json: () => toJson(report) };
}

function renderTable(report: ClearReport, terminal: TerminalInfo): string {
  if (report.kind === 'plan') return renderPlan(report.plan, report).join('\n');
  const { removed, uncounted, failure } = report.result;
  const rate = report.elapsedMs >= 1_000 ? `, ${formatCount((removed / report.elapsedMs) * 1_000)}/s` : '';
  const broken = report.interrupted || failure !== undefined;
  const word = broken ? terminal.style.warn('Stopped early: removed') : terminal.style.good('Removed');
  const line = `${word} ${countOf(removed, 'key')} from ${report.target.name} in ${formatDurationMs(report.elapsedMs)}${rate}`;
  const unsure =
    uncounted === 0
      ? []
      : [
          `${countOf(uncounted, 'more key')} may have been removed: the connection was lost before Redis could say`,
        ];
  return [line, ...unsure, ...lostLines(report.result.lost)].join('\n');
}

/** What would go, as lines: for `--dry-run` and for the question before a deletion. */
export function renderPlan(
  plan: ClearPlan,
  report: Pick<ReportBase, 'target' | 'layout' | 'interrupted'>,
): readonly string[] {
  const { target, layout } = report;
  const where = target.connectionName === undefined ? target.location : `${target.name} (${target.location})`;
  const counted = report.interrupted ? 'at least ' : '';
  const rest = plan.matched - plan.sample.length;
  return [
    plan.matched === 0
      ? `Nothing matches on ${where}`
      : `${counted}${countOf(plan.matched, 'key')} would be removed from ${where}:`,
    ...plan.sample.map((key) => `  ${printableKey(layout.toLogical(key) ?? key)}`),
    ...(rest > 0 ? [`  ... and ${formatCount(rest)} more`] : []),
    ...lostLines(plan.lost),
  ];
}

function lostLines(lost: readonly LostNode[]): readonly string[] {
  return lost.map(({ address, error }) => `Not looked at: ${address}: ${escapeText(error.message)}`);
}

function lostOf(report: ClearReport): readonly LostNode[] {
  return report.kind === 'plan' ? report.plan.lost : report.result.lost;
}

/** A primary that was not looked at makes the report a partial one. */
export function clearExitCode(report: ClearReport): ExitCode {
  return lostOf(report).length > 0 ? ExitCode.partial : ExitCode.ok;
}

function toJson(report: ClearReport): JsonDocument {
  const { selection, target } = report;
  return {
    schema: 'cachectl/clear/v1',
    dry_run: report.kind === 'plan',
    target: { name: target.name, location: target.location, protected: target.protected },
    selection: {
      keys: selection.keys.map(keyJson),
      patterns: selection.patterns.map((pattern) => keyJson(pattern)),
      all: selection.all,
      prefix: keyJson(report.layout.prefix),
    },
    matched: report.kind === 'plan' ? report.plan.matched : report.result.matched,
    removed: report.kind === 'plan' ? 0 : report.result.removed,
    uncounted: report.kind === 'plan' ? 0 : report.result.uncounted,
    ...(report.kind === 'plan'
      ? { sample: report.plan.sample.map((key) => physicalJson(key, report.layout)) }
      : {}),
    elapsed_ms: Math.round(report.elapsedMs * 10) / 10,
    interrupted: report.interrupted,
    unreachable: lostOf(report).map(({ address, error }) => ({ address, message: error.message })),
    failure:
      report.kind === 'result' && report.result.failure !== undefined
        ? { code: report.result.failure.code, message: report.result.failure.message }
        : null,
  };
}

function physicalJson(physical: Buffer, layout: Layout): unknown {
  return keyJson(layout.toLogical(physical) ?? physical);
}

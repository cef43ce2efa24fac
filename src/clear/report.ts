import type { JsonDocument, ReportViews } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Layout } from '../keys/layout.ts';
import { escapeText } from '../keys/printable.ts';
import { feltJson, feltLines, type Felt } from '../pace/felt.ts';
import type { LostNode, RedisTarget } from '../redis/types.ts';
import { shownKey, shownKeyJson } from '../selection/describe.ts';
import { breakdownJson, renderBreakdown } from '../selection/render-breakdown.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import type { ClearResult } from './execute.ts';
import type { ClearManner } from './options.ts';
import type { ClearPlan } from './plan.ts';
import type { ClearingCommand } from './plan-file.ts';

interface ReportBase {
  readonly command: ClearingCommand;
  readonly target: RedisTarget;
  /** As {@link selectionJson} gives it. */
  readonly selection: Readonly<Record<string, unknown>>;
  readonly layout: Layout;
  readonly how: ClearManner;
  readonly elapsedMs: number;
  /** Stopped by a signal or the time limit before the end. */
  readonly interrupted: boolean;
}

/** The report of a clear, or of its plan. */
export type ClearReport =
  | (ReportBase & { readonly kind: 'plan'; readonly plan: ClearPlan; readonly planFile: string | undefined })
  | (ReportBase & {
      readonly kind: 'result';
      readonly result: ClearResult;
      /** Keys that the backup holds. */
      readonly backedUp: number | undefined;
      /** Keys that were warmed again, and those where that failed. */
      readonly rewarmed?: { readonly stored: number; readonly failed: number } | undefined;
      /** What other clients felt, where it lasted long enough to measure. */
      readonly felt?: Felt | undefined;
    });

/** All forms of the report. */
export function clearViews(report: ClearReport): ReportViews {
  return { table: (terminal) => renderTable(report, terminal), json: () => toJson(report) };
}

function renderTable(report: ClearReport, terminal: TerminalInfo): string {
  if (report.kind === 'plan') return renderPlan(report.plan, report).join('\n');
  const { removed, gone, matched, kept, failure, memory } = report.result;
  const rate = report.elapsedMs >= 1_000 ? `, ${formatCount((removed / report.elapsedMs) * 1_000)}/s` : '';
  const broken = report.interrupted || failure !== undefined;
  const soft = report.how.kind === 'soft';
  const deed = soft ? 'shortened' : 'removed';
  const done = `${deed[0]?.toUpperCase() ?? ''}${deed.slice(1)}`;
  const word = broken ? terminal.style.warn(`Stopped early: ${deed}`) : terminal.style.good(done);
  const what = soft ? `the life of ${countOf(removed, 'key')} on` : `${countOf(removed, 'key')} from`;
  const took = `in ${formatDurationMs(report.elapsedMs)}${rate}`;
  const freed = memory === undefined || soft ? '' : `, about ${formatBytes(memory.bytes)} freed`;
  return [
    `${word} ${what} ${report.target.name} ${took}${freed}`,
    ...(gone > 0 ? [`${formatCount(gone)} of ${countOf(matched, 'matched key')} already gone`] : []),
    ...(kept > 0 ? [`${formatCount(kept)} of ${countOf(matched, 'matched key')} expire sooner anyway`] : []),
    ...(report.backedUp === undefined ? [] : [`${countOf(report.backedUp, 'key')} in the backup`]),
    ...(report.rewarmed === undefined
      ? []
      : [
          `${countOf(report.rewarmed.stored, 'key')} warmed again, ${formatCount(report.rewarmed.failed)} failed`,
        ]),
    ...unconfirmedLines(report.result.unconfirmed ?? 0),
    ...feltLines(report.felt, report.elapsedMs),
    ...lostLines(report.result.lost),
  ].join('\n');
}

/** What would go, as lines: for `--dry-run` and for the question before a deletion. */
export function renderPlan(
  plan: ClearPlan,
  report: Pick<ReportBase, 'target' | 'layout' | 'interrupted' | 'how'>,
): readonly string[] {
  const { target, layout } = report;
  const where = target.connectionName === undefined ? target.location : `${target.name} (${target.location})`;
  const counted = report.interrupted ? 'at least ' : '';
  const rest = plan.matched - plan.sample.length;
  const deed = report.how.kind === 'soft' ? 'would expire early on' : 'would be removed from';
  return [
    plan.matched === 0
      ? `Nothing matches on ${where}`
      : `${counted}${countOf(plan.matched, 'key')} ${deed} ${where}:`,
    ...plan.sample.map((key) => `  ${shownKey(key, layout)}`),
    ...(rest > 0 ? [`  ... and ${formatCount(rest)} more`] : []),
    ...renderBreakdown(plan.breakdown, plan.matched),
    ...lostLines(plan.lost),
  ];
}

function unconfirmedLines(unconfirmed: number): readonly string[] {
  if (unconfirmed === 0) return [];
  return [
    `${countOf(unconfirmed, 'key')} on the way out when the connection was lost: removed or not, nobody said`,
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
    schema: `cachectl/${report.command.replace(' ', '-')}/v1`,
    dry_run: report.kind === 'plan',
    target: { name: target.name, location: target.location, protected: target.protected },
    selection,
    manner: report.how.kind,
    ...(report.kind === 'plan' ? planJson(report.plan, report.layout, report.planFile) : resultJson(report)),
    elapsed_ms: Math.round(report.elapsedMs * 10) / 10,
    interrupted: report.interrupted,
    unreachable: lostOf(report).map(({ address, error }) => ({ address, message: error.message })),
    failure:
      report.kind === 'result' && report.result.failure !== undefined
        ? { code: report.result.failure.code, message: report.result.failure.message }
        : null,
  };
}

function planJson(plan: ClearPlan, layout: Layout, planFile: string | undefined) {
  return {
    matched: plan.matched,
    removed: 0,
    sample: plan.sample.map((key) => shownKeyJson(key, layout)),
    breakdown: breakdownJson(plan.breakdown, plan.matched),
    plan_file: planFile ?? null,
  };
}

function resultJson({
  result,
  elapsedMs,
  how,
  backedUp,
  rewarmed,
  felt,
}: Extract<ClearReport, { kind: 'result' }>) {
  const { matched, removed, gone, kept, memory } = result;
  const soft = how.kind === 'soft';
  return {
    matched,
    removed: soft ? 0 : removed,
    shortened: soft ? removed : 0,
    kept,
    already_gone: gone,
    memory_freed_bytes_estimate: soft ? null : (memory?.bytes ?? null),
    memory_sampled_keys: memory?.sampled ?? 0,
    keys_per_second: elapsedMs > 0 ? Math.round((removed / elapsedMs) * 1_000) : null,
    backed_up: backedUp ?? null,
    rewarmed: rewarmed ?? null,
    unconfirmed: result.unconfirmed ?? 0,
    others_latency: feltJson(felt),
  };
}

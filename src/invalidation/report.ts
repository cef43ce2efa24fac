import type { JsonDocument, ReportViews } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { renderTable } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf } from '../units/number.ts';
import { actionLine, type Action } from './action.ts';
import type { ActionResult } from './carry-out.ts';

/** What an event did, or would do. */
export interface InvalidationReport {
  readonly event: string;
  /** Empty with `--dry-run`. */
  readonly results: readonly ActionResult[];
  /** The plan, with `--dry-run`. */
  readonly planned?: readonly Action[] | undefined;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

/** A failed action makes it a partial success, whatever the others did. */
export function invalidationExitCode({ results }: Pick<InvalidationReport, 'results'>): ExitCode {
  return results.some(({ status }) => status === 'failed') ? ExitCode.partial : ExitCode.ok;
}

/** All forms of the report. */
export function invalidationViews(report: InvalidationReport): ReportViews {
  return { table: (terminal) => renderInvalidation(report, terminal), json: () => toJson(report) };
}

/** The report for people. */
export function renderInvalidation(report: InvalidationReport, terminal: TerminalInfo): string {
  const name = escapeText(report.event);
  if (report.planned !== undefined) {
    return [`${name} would run:`, ...report.planned.map((action) => `  ${actionLine(action)}`)].join('\n');
  }
  const failed = report.results.filter(({ status }) => status === 'failed').length;
  const done = report.results.filter(({ status }) => status === 'done').length;
  const head =
    failed > 0
      ? `${terminal.style.bad('Failed')}: ${countOf(failed, 'action')} of ${report.results.length} for ${name}`
      : done < report.results.length
        ? `${terminal.style.warn('Stopped early')}: ${done} of ${countOf(report.results.length, 'action')} for ${name}`
        : `${terminal.style.good('Done')}: ${countOf(done, 'action')} for ${name} in ${formatDurationMs(report.elapsedMs)}`;
  return [head, actionTable(report.results, terminal)].join('\n');
}

/** What became of each action, one a row. */
function actionTable(results: readonly ActionResult[], terminal: TerminalInfo): string {
  return renderTable(
    [
      { title: 'action', flexible: true },
      { title: 'outcome' },
      { title: 'result', flexible: true },
      { title: 'time', align: 'right' },
    ],
    results.map(({ line, status, told, elapsedMs }) => [
      line,
      status,
      escapeText(told),
      formatDurationMs(elapsedMs),
    ]),
    terminal,
  );
}

/** The actions for a document. */
export function actionsJson(results: readonly ActionResult[]): readonly Readonly<Record<string, unknown>>[] {
  return results.map(({ kind, line, status, told, elapsedMs, report, error }) => ({
    kind,
    line,
    status,
    result: told,
    elapsed_ms: Math.round(elapsedMs * 10) / 10,
    error:
      error === undefined ? null : { code: error.code, message: error.message, hint: error.hint ?? null },
    report: report ?? null,
  }));
}

function toJson(report: InvalidationReport): JsonDocument {
  return {
    schema: 'cachectl/invalidate/v1',
    event: report.event,
    dry_run: report.planned !== undefined,
    actions:
      report.planned === undefined
        ? actionsJson(report.results)
        : report.planned.map((action) => ({
            kind: action.kind,
            line: actionLine(action),
            status: 'planned',
          })),
    elapsed_ms: Math.round(report.elapsedMs * 10) / 10,
    interrupted: report.interrupted,
  };
}

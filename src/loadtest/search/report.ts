import type { JsonDocument, ReportViews } from '../../cli/command.ts';
import { escapeText } from '../../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../../terminal/csv.ts';
import { renderTable } from '../../terminal/table.ts';
import type { TerminalInfo } from '../../terminal/terminal-info.ts';
import { formatDurationMs } from '../../units/duration.ts';
import { formatCount } from '../../units/number.ts';
import type { RateFound, RateTry } from './find-rate.ts';

/** What a search for the highest rate came to. */
export interface SearchReport {
  /** As they were written. */
  readonly conditions: readonly string[];
  readonly found: RateFound;
  /** Of one run. */
  readonly durationMs: number;
  readonly interrupted: boolean;
  /** The report of the last run at the highest rate that held. */
  readonly best: JsonDocument | undefined;
}

/** All forms of the report. */
export function searchViews(report: SearchReport): ReportViews {
  const rows = report.found.tries.map(rowOf);
  return {
    table: (terminal) => render(report, terminal),
    json: () => toJson(report),
    csv: () =>
      renderCsv(
        ['per_second', 'runs', 'held', 'holds'],
        report.found.tries.map(({ perSecond, runs, held, holds }) => [perSecond, runs, held, holds]),
      ),
    markdown: () =>
      [headline(report), renderMarkdownTable(HEADING, rows, ['right', 'left', 'right'])].join('\n\n'),
  };
}

const HEADING = ['rate', 'holds', 'runs'];

function rowOf({ perSecond, runs, held, holds }: RateTry): readonly string[] {
  return [`${formatCount(perSecond)}/s`, holds ? 'yes' : 'no', `${held} of ${runs}`];
}

function headline({ conditions, found, interrupted, durationMs }: SearchReport): string {
  const what = escapeText(conditions.join(' and '));
  const early = interrupted ? 'Stopped early: ' : '';
  if (found.perSecond === undefined) return `${early}${what} holds at no rate that was tried`;
  const above =
    found.tooMuch === undefined
      ? 'the highest that was tried'
      : `and no more at ${formatCount(found.tooMuch)}/s`;
  return `${early}${what} holds at ${formatCount(found.perSecond)}/s, ${above} (runs of ${formatDurationMs(durationMs)})`;
}

function render(report: SearchReport, terminal: TerminalInfo): string {
  const columns = HEADING.map((title, index) => ({
    title,
    align: index === 1 ? ('left' as const) : ('right' as const),
  }));
  return [headline(report), renderTable(columns, report.found.tries.map(rowOf), terminal)].join('\n');
}

function toJson({ conditions, found, durationMs, interrupted, best }: SearchReport): JsonDocument {
  return {
    schema: 'cachectl/loadtest/v1',
    kind: 'search',
    conditions,
    highest_rate_per_second: found.perSecond ?? null,
    failing_rate_per_second: found.tooMuch ?? null,
    run_duration_ms: durationMs,
    tries: found.tries.map(({ perSecond, runs, held, holds }) => ({
      rate_per_second: perSecond,
      runs,
      held,
      holds,
    })),
    best: best ?? null,
    interrupted,
  };
}

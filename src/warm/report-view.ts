import type { JsonDocument, ReportViews } from '../cli/command.ts';
import { escapeText } from '../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import { failureLines, failuresJson, failureSubject } from './failure-view.ts';
import { targetsOf, totalsOf, type ScopeResult, type WarmReport } from './report.ts';

/** All forms of a run's report. */
export function warmViews(report: WarmReport): ReportViews {
  return {
    table: (terminal) => renderReport(report, terminal),
    json: () => reportJson(report),
    csv: () => reportCsv(report),
    markdown: () => reportMarkdown(report),
  };
}

function renderReport(report: WarmReport, terminal: TerminalInfo): string {
  const totals = totalsOf(report.scopes);
  const columns = columnsOf(report);
  const sections = [
    renderTable(
      columns,
      report.scopes.map((scope) => cellsOf(scope, report)),
      terminal,
    ),
    failureLines(report.failures, totals.failed, report.specPath, terminal).join('\n'),
    totalLine(report, terminal),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function columnsOf(report: WarmReport): readonly Column[] {
  return [
    { title: 'scope', flexible: true },
    { title: 'targets', align: 'right' },
    { title: 'stored', align: 'right' },
    { title: 'failed', align: 'right' },
    ...(isPartial(report) ? [{ title: 'not reached', align: 'right' } as const] : []),
    { title: 'bytes', align: 'right' },
    { title: 'time', align: 'right' },
  ];
}

function cellsOf(scope: ScopeResult, report: WarmReport): readonly string[] {
  const known = scope.notReached !== undefined;
  return [
    escapeText(scope.scope),
    known ? formatCount(targetsOf(scope)) : '?',
    formatCount(scope.stored),
    formatCount(scope.failed),
    ...(isPartial(report) ? [known ? formatCount(scope.notReached ?? 0) : '?'] : []),
    formatBytes(scope.bytes),
    formatDurationMs(scope.elapsedMs),
  ];
}

function isPartial(report: WarmReport): boolean {
  return totalsOf(report.scopes).notReached !== 0;
}

function totalLine(report: WarmReport, terminal: TerminalInfo): string {
  const totals = totalsOf(report.scopes);
  const known = totals.notReached !== undefined;
  const stored = known
    ? `${formatCount(totals.stored)} of ${countOf(targetsOf(totals), 'target')} stored`
    : `${countOf(totals.stored, 'target')} stored`;
  const parts = [
    `${stored} in ${report.into}`,
    formatBytes(totals.bytes),
    formatDurationMs(report.elapsedMs),
    ...(totals.failed > 0 ? [`${formatCount(totals.failed)} failed`] : []),
    ...(totals.notReached === 0
      ? []
      : [known ? `${formatCount(totals.notReached ?? 0)} not reached` : 'the rest not reached']),
    ...(totals.merged > 0 ? [`${formatCount(totals.merged)} merged`] : []),
    ...(report.retries > 0 ? [countOf(report.retries, 'retry', 'retries')] : []),
  ];
  const line = parts.join(', ');
  if (totals.failed > 0) return terminal.style.bad(line);
  return totals.notReached === 0 ? terminal.style.good(line) : terminal.style.warn(line);
}

function reportJson(report: WarmReport): JsonDocument {
  const totals = totalsOf(report.scopes);
  return {
    schema: 'cachectl/warm/v1',
    dry_run: false,
    redis: report.into,
    interrupted: report.interrupted,
    ...countsJson(totals),
    retries: report.retries,
    elapsed_ms: Math.round(report.elapsedMs),
    scopes: report.scopes.map((scope) => ({
      scope: scope.scope,
      ...countsJson(scope),
      elapsed_ms: Math.round(scope.elapsedMs),
    })),
    failures: failuresJson(report.failures),
    failures_omitted: report.failuresOmitted,
  };
}

function countsJson(
  counts: Omit<ScopeResult, 'scope' | 'elapsedMs'>,
): Readonly<Record<string, number | null>> {
  return {
    targets: counts.notReached === undefined ? null : targetsOf(counts),
    stored: counts.stored,
    failed: counts.failed,
    not_reached: counts.notReached ?? null,
    merged: counts.merged,
    bytes: counts.bytes,
  };
}

function reportCsv(report: WarmReport): string {
  return renderCsv(
    ['scope', 'targets', 'stored', 'failed', 'not_reached', 'merged', 'bytes', 'elapsed_ms'],
    report.scopes.map((scope) => {
      const { targets, stored, failed, not_reached, merged, bytes } = countsJson(scope);
      const counts = [targets, stored, failed, not_reached, merged, bytes].map((count) => count ?? null);
      return [scope.scope, ...counts, Math.round(scope.elapsedMs)];
    }),
  );
}

function reportMarkdown(report: WarmReport): string {
  const columns = columnsOf(report);
  const table = renderMarkdownTable(
    columns.map(({ title }) => title),
    report.scopes.map((scope) => cellsOf(scope, report)),
    columns.map(({ align }) => align ?? 'left'),
  );
  if (report.failures.length === 0) return table;
  const failures = report.failures.flatMap((group) =>
    group.failures.map((failure) => [group.message, ...failureSubject(failure, report.specPath)]),
  );
  return `${table}\n\n${renderMarkdownTable(['failure', 'key', 'url'], failures)}`;
}

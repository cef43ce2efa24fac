import type { ReportViews } from '../cli/command.ts';
import { escapeText, printableKey } from '../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import { commonOrigin, shownUrl } from './common-origin.ts';
import { curveLine } from './curve.ts';
import { failureLines, failureSubject } from './failure-view.ts';
import { columnsOf } from './report-columns.ts';
import { countsJson, reportJson, rounded } from './report-json.ts';
import { formatSuccess, type NamespaceResult } from './next-version.ts';
import { targetsOf, totalsOf, type Totals, type WarmReport } from './report.ts';

/** All forms of a run's report. */
export function warmViews(report: WarmReport): ReportViews {
  return {
    table: (terminal) => renderReport(report, terminal),
    json: () => reportJson(report),
    // The targets have been streamed already; the report is the last line.
    ndjson: () => [{ type: 'report', ...reportJson(report) }],
    csv: () => reportCsv(report),
    markdown: () => reportMarkdown(report),
  };
}

const slowColumns = (address: 'url' | 'path'): readonly Column[] => [
  { title: 'slowest', flexible: true },
  { title: address, flexible: true },
  { title: 'time', align: 'right' },
];

function renderReport(report: WarmReport, terminal: TerminalInfo): string {
  const totals = totalsOf(report.scopes);
  const columns = columnsOf(report, terminal.interactive);
  const sections = [
    renderTable(
      columns,
      report.scopes.map((scope) => columns.map(({ cell }) => cell(scope))),
      terminal,
    ),
    renderSlowest(report, terminal),
    report.loads.flatMap((load) => curveLine(load, terminal) ?? []).join('\n'),
    failureLines(report.refusals, totals.refused, report.specPath, terminal, 'not stored').join('\n'),
    failureLines(report.failures, totals.failed, report.specPath, terminal).join('\n'),
    totalLine(report, terminal),
    report.namespaces.map((result) => namespaceLine(result, terminal)).join('\n'),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** Nobody needs to hear which of a handful was the slowest. */
const FEWEST_FOR_SLOWEST = 10;

function renderSlowest(report: WarmReport, terminal: TerminalInfo): string {
  const { stored, revalidated, touched } = totalsOf(report.scopes);
  if (stored + revalidated + touched < FEWEST_FOR_SLOWEST) return '';
  // A narrow terminal would cut off what tells them apart.
  const origin = terminal.interactive ? commonOrigin(report.slowest) : undefined;
  const rows = report.slowest.map((slow) => [
    printableKey(Buffer.from(slow.key, 'utf8')),
    escapeText(shownUrl(slow, origin)),
    formatDurationMs(slow.requestMs),
  ]);
  return renderTable(slowColumns(origin === undefined ? 'url' : 'path'), rows, terminal);
}

function totalLine(report: WarmReport, terminal: TerminalInfo): string {
  const totals = totalsOf(report.scopes);
  const failed = totals.failed + totals.refused > 0;
  const parts = [
    `${doneText(totals, report.touchesOnly)} in ${report.into}`,
    ...(totals.stored > 0 || !(isQuiet(totals) || report.touchesOnly) ? [formatBytes(totals.bytes)] : []),
    formatDurationMs(report.elapsedMs),
    ...(totals.refused > 0 ? [`${formatCount(totals.refused)} refused`] : []),
    ...(totals.failed > 0 ? [`${formatCount(totals.failed)} failed`] : []),
    ...(totals.notReached === 0
      ? []
      : [
          totals.notReached === undefined
            ? 'the rest not reached'
            : `${formatCount(totals.notReached)} not reached`,
        ]),
    ...(totals.merged > 0 ? [`${formatCount(totals.merged)} merged`] : []),
    ...(report.retries > 0 ? [countOf(report.retries, 'retry', 'retries')] : []),
    ...(report.secondChances > 0 ? [`${formatCount(report.secondChances)} asked once more at the end`] : []),
    ...(report.locked.length > 0
      ? [`left to another run: ${report.locked.map((scope) => escapeText(scope)).join(' ')}`]
      : []),
  ];
  const line = parts.join(', ');
  const stopped =
    report.stoppedBy === undefined ? '' : `\n${terminal.style.bad(`stopped: ${report.stoppedBy}`)}`;
  if (failed) return terminal.style.bad(line) + stopped;
  return (totals.notReached === 0 ? terminal.style.good(line) : terminal.style.warn(line)) + stopped;
}

function namespaceLine(result: NamespaceResult, terminal: TerminalInfo): string {
  const { namespace, from, to, outcome, success, reason, removed } = result;
  const name = escapeText(namespace);
  if (outcome === 'activated') {
    const share = success === null ? '' : `, ${formatSuccess(success)} of its targets warm`;
    return terminal.style.good(`${name}: version ${to} serves now instead of ${from}${share}`);
  }
  const rest = removed === undefined ? '' : `; ${countOf(removed, 'key')} of version ${to} removed`;
  return terminal.style.bad(`${name}: not switched to version ${to}: ${reason ?? ''}${rest}`);
}

function isQuiet(totals: Totals): boolean {
  return totals.revalidated + totals.fresh + totals.touched > 0;
}

/** `4 of 4 targets stored`, or every way in which targets are warm now. */
function doneText(totals: Totals, touchesOnly: boolean): string {
  const [stored, touched] = [[totals.stored, 'stored'] as const, [totals.touched, 'touched'] as const];
  const ways = [
    stored,
    [totals.revalidated, 'revalidated'] as const,
    [totals.fresh, 'fresh'] as const,
    touched,
  ];
  const happened = ways.filter(([count]) => count > 0);
  const [first = touchesOnly ? touched : stored, ...rest] = happened;
  const [count, word] = first;
  const start =
    totals.notReached === undefined
      ? `${countOf(count, 'target')} ${word}`
      : `${formatCount(count)} of ${countOf(targetsOf(totals), 'target')} ${word}`;
  const verified = totals.verified > 0 ? [`${formatCount(totals.verified)} verified`] : [];
  return [start, ...rest.map(([more, way]) => `${formatCount(more)} ${way}`), ...verified].join(', ');
}

function reportCsv(report: WarmReport): string {
  const names = Object.keys(countsJson(totalsOf(report.scopes)));
  return renderCsv(
    ['scope', ...names, 'median_ms', 'p95_ms', 'elapsed_ms'],
    report.scopes.map((scope) => [
      scope.scope,
      ...Object.values(countsJson(scope)),
      rounded(scope.medianMs),
      rounded(scope.p95Ms),
      Math.round(scope.elapsedMs),
    ]),
  );
}

function reportMarkdown(report: WarmReport): string {
  const columns = columnsOf(report, true);
  const table = renderMarkdownTable(
    columns.map(({ title }) => title),
    report.scopes.map((scope) => columns.map(({ cell }) => cell(scope))),
    columns.map(({ align }) => align ?? 'left'),
  );
  const groups = [...report.refusals, ...report.failures];
  if (groups.length === 0) return table;
  const failures = groups.flatMap((group) =>
    group.failures.map((failure) => [group.message, ...failureSubject(failure, report.specPath)]),
  );
  return `${table}\n\n${renderMarkdownTable(['failure', 'key', 'url'], failures)}`;
}

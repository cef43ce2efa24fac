import { redactUrl } from '../config/redact.ts';
import { markup, type Html } from '../html/markup.ts';
import { lineChart } from '../html/line-chart.ts';
import { renderPage } from '../html/page.ts';
import { htmlTable } from '../html/table.ts';
import { printableKey } from '../keys/printable.ts';
import type { HostLoad } from '../origin/gentle.ts';
import { formatDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';
import { curveLine } from './curve.ts';
import { failureSubject } from './failure-view.ts';
import { columnsOf } from './report-columns.ts';
import { targetsOf, totalsOf, warmOf, type FailureGroup, type WarmReport } from './report.ts';

/** Failures of one cause that a page lists. */
const SHOWN = 200;

/**
 * A run as one page.
 * @param nowMs milliseconds since the epoch
 */
export function renderHtml(report: WarmReport, nowMs: number): string {
  const totals = totalsOf(report.scopes);
  const isGood = totals.failed + totals.refused === 0 && totals.notReached === 0;
  const summary =
    totals.notReached === undefined
      ? `${formatCount(warmOf(totals))} targets are warm; the run was interrupted`
      : `${formatCount(warmOf(totals))} of ${formatCount(targetsOf(totals))} targets are warm`;
  return renderPage({
    title: 'cachectl warm',
    body: [
      markup`<h1>cachectl warm</h1>`,
      markup`<p class="${isGood ? 'good' : 'bad'}"><strong>${summary}</strong></p>`,
      markup`<p>${`${new Date(nowMs).toISOString()}, into ${report.into}, ${formatDurationMs(report.elapsedMs)}`}</p>`,
      report.stoppedBy === undefined ? undefined : markup`<p class="bad">stopped: ${report.stoppedBy}</p>`,
      scopeTable(report),
      loadCurves(report.loads),
      slowTable(report),
      groups('Failed', report.failures, report.specPath),
      groups('Not stored', report.refusals, report.specPath),
    ],
  });
}

function scopeTable(report: WarmReport): Html {
  const columns = columnsOf(report, true);
  return htmlTable(
    columns,
    report.scopes.map((scope) => columns.map(({ cell }) => cell(scope))),
  );
}

function loadCurves(loads: readonly HostLoad[]): Html | undefined {
  const curves = loads.flatMap((load) => {
    const line = curveLine(load, { interactive: false, width: 80, unicode: true });
    return line === undefined ? [] : [{ load, line }];
  });
  if (curves.length === 0) return undefined;
  const figures = curves.map(({ load, line }) => {
    const { points } = load.control;
    const startMs = points[0]?.atMs ?? 0;
    const chart = lineChart({
      label: `requests at once to ${load.host}`,
      series: [
        { name: load.host, points: points.map(({ atMs, limit }) => [atMs - startMs, limit] as const) },
      ],
      showX: formatDurationMs,
      showY: (value) => String(Math.round(value * 100) / 100),
    });
    return markup`<p><code>${line}</code></p>${points.length < 2 ? undefined : chart}`;
  });
  return markup`<h2>Requests at once</h2>${figures}`;
}

function slowTable(report: WarmReport): Html | undefined {
  if (report.slowest.length === 0) return undefined;
  const rows = report.slowest.map(({ key, url, requestMs }) => [
    markup`<code>${printableKey(Buffer.from(key, 'utf8'))}</code>`,
    redactUrl(url),
    formatDurationMs(requestMs),
  ]);
  return markup`<h2>Slowest</h2>${htmlTable([{ title: '' }, { title: '' }, { title: '', align: 'right' }], rows)}`;
}

function groups(title: string, list: readonly FailureGroup[], specPath: string): Html | undefined {
  if (list.length === 0) return undefined;
  const sections = list.map(({ message, hint, failures }) => {
    const items = failures
      .slice(0, SHOWN)
      .map((failure) => markup`<li><code>${failureSubject(failure, specPath).join('  ')}</code></li>`);
    const more =
      failures.length > SHOWN ? markup`<li>and ${formatCount(failures.length - SHOWN)} more</li>` : undefined;
    const advice = hint === undefined ? undefined : markup`<p class="hint">${hint}</p>`;
    return markup`<details open><summary class="bad">${formatCount(failures.length)}: ${message}</summary>${advice}<ul>${items}${more}</ul></details>`;
  });
  return markup`<h2>${title}</h2>${sections}`;
}

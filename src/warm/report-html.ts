import { redactUrl } from '../config/redact.ts';
import { escapeText, printableKey } from '../keys/printable.ts';
import { formatDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';
import { curveLine } from './curve.ts';
import { failureSubject } from './failure-view.ts';
import { columnsOf } from './report-columns.ts';
import { targetsOf, totalsOf, warmOf, type FailureGroup, type WarmReport } from './report.ts';

/** Failures of one cause that a page lists. */
const SHOWN = 200;

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #8884; text-align: left; overflow-wrap: anywhere; }
.right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.good { color: #18794e; } .bad { color: #cd2b31; }
.hint { opacity: .7; } code { font: .9em ui-monospace, monospace; }`;

/**
 * A run as one page that needs nothing else: no script, no network, every text escaped.
 * @param nowMs milliseconds since the epoch
 */
export function renderHtml(report: WarmReport, nowMs: number): string {
  const totals = totalsOf(report.scopes);
  const isGood = totals.failed + totals.refused === 0 && totals.notReached === 0;
  const state = isGood ? 'good' : 'bad';
  const summary =
    totals.notReached === undefined
      ? `${formatCount(warmOf(totals))} targets are warm; the run was interrupted`
      : `${formatCount(warmOf(totals))} of ${formatCount(targetsOf(totals))} targets are warm`;
  const curves = report.loads.flatMap((load) => curveLine(load, true) ?? []);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    // Nothing may be loaded from anywhere, whatever the page says.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>cachectl warm</title><style>${STYLE}</style></head><body>`,
    '<h1>cachectl warm</h1>',
    `<p class="${state}"><strong>${html(summary)}</strong></p>`,
    `<p>${html(`${new Date(nowMs).toISOString()}, into ${report.into}, ${formatDurationMs(report.elapsedMs)}`)}</p>`,
    report.stoppedBy === undefined ? '' : `<p class="bad">stopped: ${html(report.stoppedBy)}</p>`,
    scopeTable(report),
    curves.length === 0
      ? ''
      : `<h2>Requests at once</h2>${curves.map((line) => `<p><code>${html(line)}</code></p>`).join('')}`,
    slowTable(report),
    groups('Failed', report.failures, report.specPath),
    groups('Not stored', report.refusals, report.specPath),
    '</body></html>',
    '',
  ]
    .filter((part, index, parts) => part !== '' || index === parts.length - 1)
    .join('\n');
}

function scopeTable(report: WarmReport): string {
  const columns = columnsOf(report, true);
  const side = (align: string | undefined): string => (align === 'right' ? ' class="right"' : '');
  const head = columns.map(({ title, align }) => `<th${side(align)}>${html(title)}</th>`).join('');
  const rows = report.scopes.map(
    (scope) =>
      `<tr>${columns.map(({ cell, align }) => `<td${side(align)}>${html(cell(scope))}</td>`).join('')}</tr>`,
  );
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function slowTable(report: WarmReport): string {
  if (report.slowest.length === 0) return '';
  const rows = report.slowest.map(
    ({ key, url, requestMs }) =>
      `<tr><td><code>${html(printableKey(Buffer.from(key, 'utf8')))}</code></td><td>${html(redactUrl(url))}</td><td class="right">${html(formatDurationMs(requestMs))}</td></tr>`,
  );
  return `<h2>Slowest</h2><table><tbody>${rows.join('')}</tbody></table>`;
}

function groups(title: string, list: readonly FailureGroup[], specPath: string): string {
  if (list.length === 0) return '';
  const sections = list.map(({ message, hint, failures }) => {
    const items = failures
      .slice(0, SHOWN)
      .map((failure) => `<li><code>${html(failureSubject(failure, specPath).join('  '))}</code></li>`);
    const more = failures.length > SHOWN ? `<li>and ${formatCount(failures.length - SHOWN)} more</li>` : '';
    const advice = hint === undefined ? '' : `<p class="hint">${html(hint)}</p>`;
    return `<details open><summary class="bad">${formatCount(failures.length)}: ${html(message)}</summary>${advice}<ul>${items.join('')}${more}</ul></details>`;
  });
  return `<h2>${html(title)}</h2>${sections.join('')}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function html(text: string): string {
  return escapeText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

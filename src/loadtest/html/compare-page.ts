import { barChart } from '../../html/bar-chart.ts';
import { markup } from '../../html/markup.ts';
import { renderPage } from '../../html/page.ts';
import { htmlTable } from '../../html/table.ts';
import { closingLines, troubleLines } from '../compare/closing-lines.ts';
import { comparisonColumns, comparisonRows, sideNames } from '../compare/render-table.ts';
import type { LoadtestReport } from '../compare/report.ts';
import { formatLatency } from '../figures.ts';

/** A comparison as one page: the medians of both sides as bars, and the table. */
export function renderComparePage(report: LoadtestReport, nowMs: number): string {
  const rows = comparisonRows(report);
  const columns = comparisonColumns(report);
  const [without, cached] = sideNames(report);
  const bars = rows.flatMap(({ label, withoutCache, withCache }) =>
    (
      [
        [without, withoutCache?.p50Ms],
        [cached, withCache?.p50Ms],
      ] as const
    ).flatMap(([side, p50Ms]) =>
      p50Ms === undefined ? [] : [{ name: `${label}, ${side}`, value: p50Ms, shown: formatLatency(p50Ms) }],
    ),
  );
  const troubles = troubleLines(report);
  return renderPage({
    title: 'cachectl loadtest',
    body: [
      markup`<h1>cachectl loadtest: ${without} against ${cached}</h1>`,
      ...closingLines(report).map((line) => markup`<p><strong>${line}</strong></p>`),
      markup`<p class="hint">${new Date(nowMs).toISOString()}</p>`,
      troubles.length === 0
        ? undefined
        : markup`<ul>${troubles.map((line) => markup`<li class="bad">${line}</li>`)}</ul>`,
      markup`<h2>Medians</h2>${barChart(`median latency, ${without} and ${cached}`, bars)}`,
      htmlTable(
        columns.map(({ title, align }) => ({ title, align: align ?? 'left' })),
        rows.map((row) => columns.map(({ cell }) => cell(row, false))),
      ),
    ],
  });
}

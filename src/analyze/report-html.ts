import { barChart } from '../html/bar-chart.ts';
import { markup, type Html } from '../html/markup.ts';
import { renderPage } from '../html/page.ts';
import { htmlTable } from '../html/table.ts';
import { treemap, type TreemapItem } from '../html/treemap.ts';
import { formatBytes } from '../units/bytes.ts';
import { countOf, formatPercent } from '../units/number.ts';
import type { Finding } from './advice/finding.ts';
import { estimateBytes, estimateKeys } from './estimate.ts';
import { showName } from './placeholder.ts';
import { passOn, type Prefix } from './prefixes.ts';
import type { AnalyzeReport } from './report.ts';
import { idleRows, lifeRows, summaryOf, tablesOf } from './tables.ts';

/** Areas of one level of the map; the rest is one area. */
const MOST_AREAS = 24;

/** The whole report as one page, with a map of the memory. */
export function renderHtml(report: AnalyzeReport): string {
  return renderPage({
    title: `cachectl analyze ${report.target.name}`,
    body: [
      markup`<h1>cachectl analyze</h1>`,
      markup`<p>${new Date(report.madeAtMs).toISOString()}</p>`,
      htmlTable([{ title: '' }, { title: '' }], summaryOf(report)),
      memoryMap(report),
      advice(report.findings),
      classChart('Keys by TTL', 'keys by the time they still live', lifeRows(report), report),
      report.known.has('idle')
        ? classChart('Keys by idle time', 'keys by the time since their last use', idleRows(report), report)
        : undefined,
      ...tablesOf(report).map(
        ({ title, columns, rows }) =>
          markup`<h2>${title}</h2>${htmlTable(
            columns,
            rows.map(([name = '', ...cells]) => [markup`<code>${name}</code>`, ...cells]),
          )}`,
      ),
    ],
  });
}

/** What the memory goes to, two branchings deep; keys where memory is not known. */
function memoryMap(report: AnalyzeReport): Html | undefined {
  const { root, tally, known } = report;
  if (tally.total.keys === 0) return undefined;
  const what = known.has('memory') ? 'Memory' : 'Keys';
  const items = [
    ...areas(passOn(root).children, report, 1),
    ...(tally.foreign.keys === 0 ? [] : [area('not of the layout', tally.foreign, report)]),
  ];
  return markup`<h2>${what} by prefix</h2><figure>${treemap(`${what} by prefix`, items)}</figure>`;
}

function areas(children: readonly Prefix[], report: AnalyzeReport, levels: number): readonly TreemapItem[] {
  const items = children.map((child) => {
    const place = passOn(child);
    return {
      ...area(showName(levels === 0 ? place.segment : place.name), place.figures, report),
      ...(levels === 0 ? {} : { parts: areas(place.children, report, levels - 1) }),
    };
  });
  const shown = items.toSorted((a, b) => b.value - a.value);
  const rest = shown.slice(MOST_AREAS);
  if (rest.length < 2) return shown;
  const value = rest.reduce((sum, item) => sum + item.value, 0);
  const words = report.known.has('memory') ? formatBytes(value) : countOf(value, 'key');
  return [...shown.slice(0, MOST_AREAS), { name: `other (${rest.length})`, value, shown: words }];
}

function area(name: string, figures: Prefix['figures'], report: AnalyzeReport): TreemapItem {
  const keys = estimateKeys(figures.keys, report.scale).value;
  if (!report.known.has('memory')) return { name, value: keys, shown: countOf(keys, 'key') };
  const bytes = estimateBytes(figures, report.scale).value;
  return { name, value: bytes, shown: `${formatBytes(bytes)} in ${countOf(keys, 'key')}` };
}

function classChart(
  title: string,
  label: string,
  rows: ReturnType<typeof lifeRows>,
  report: AnalyzeReport,
): Html | undefined {
  if (rows.length === 0) return undefined;
  const { total } = report.tally;
  const bars = rows.map(({ name, figures }) => ({
    name,
    value: figures.keys,
    shown: `${countOf(estimateKeys(figures.keys, report.scale).value, 'key')}, ${formatPercent(figures.keys / total.keys)}`,
  }));
  return markup`<h2>${title}</h2><figure>${barChart(label, bars)}</figure>`;
}

function advice(findings: readonly Finding[] | undefined): Html | undefined {
  if (findings === undefined) return undefined;
  if (findings.length === 0) return markup`<h2>Advice</h2><p class="good">Nothing to mend was found.</p>`;
  const items = findings.map(
    ({ severity, title, evidence, mend }) =>
      markup`<li><p><strong class="${severity === 'warning' ? 'warn' : 'hint'}">${severity}</strong> ${title}</p><ul>${evidence.map((line) => markup`<li>${line}</li>`)}</ul>${mend.length === 0 ? undefined : markup`<pre><code>${mend.map((line, index) => markup`${index === 0 ? '' : BREAK}${line}`)}</code></pre>`}</li>`,
  );
  return markup`<h2>Advice</h2><ul>${items}</ul>`;
}

const BREAK = markup`<br>`;

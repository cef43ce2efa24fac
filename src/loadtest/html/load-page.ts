import { lineChart } from '../../html/line-chart.ts';
import { markup, type Html } from '../../html/markup.ts';
import { renderPage } from '../../html/page.ts';
import { htmlTable } from '../../html/table.ts';
import { formatDurationMs } from '../../units/duration.ts';
import { formatCount } from '../../units/number.ts';
import type { Histogram } from '../../histogram/histogram.ts';
import { bottleneckLines } from '../load/bottleneck.ts';
import {
  closingLine,
  endpointColumns,
  failureLines,
  headLines,
  LATENCY_HEADING,
  latencyCells,
  redisLines,
  shownEndpoints,
} from '../load/render.ts';
import type { LoadReport } from '../load/report.ts';

/** The last percentile of the curve: what is beyond is the maximum, and one request. */
const LAST_NINES = 5;

/** A run of load as one page: latency over time, the curve of percentiles, endpoints, failures. */
export function renderLoadPage(report: LoadReport, nowMs: number): string {
  const [what = '', counts = ''] = headLines(report);
  const troubles = [...failureLines(report), ...report.problems, ...bottleneckLines(report)];
  return renderPage({
    title: 'cachectl loadtest',
    body: [
      markup`<h1>cachectl loadtest</h1>`,
      markup`<p><strong>${closingLine(report)}</strong></p>`,
      markup`<p>${what}</p><p>${counts}</p><p class="hint">${new Date(nowMs).toISOString()}</p>`,
      troubles.length === 0
        ? undefined
        : markup`<ul>${troubles.map((line) => markup`<li class="bad">${line}</li>`)}</ul>`,
      overTime(report),
      percentileCurve(report.latencies),
      markup`<h2>Latency</h2>`,
      htmlTable(
        LATENCY_HEADING.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
        latencyCells(report),
      ),
      endpoints(report),
      report.redis === undefined
        ? undefined
        : markup`<h2>Redis</h2>${redisLines(report.redis).map((line) => markup`<p>${line}</p>`)}`,
    ],
  });
}

function overTime({ series }: LoadReport): Html | undefined {
  if (series.length < 2) return undefined;
  const line = (name: string, value: (point: LoadReport['series'][number]) => number | undefined) => ({
    name,
    points: series.flatMap((point): (readonly [number, number])[] => {
      const y = value(point);
      return y === undefined ? [] : [[point.atMs, y]];
    }),
  });
  const showX = (value: number): string => formatDurationMs(value);
  return markup`<h2>Over time</h2>${lineChart({
    label: 'latency over time',
    series: [
      line('p50', ({ p50Ms }) => p50Ms),
      line('p99', ({ p99Ms }) => p99Ms),
      line('max', ({ maxMs }) => maxMs),
    ],
    showX,
    showY: (value) => formatDurationMs(value),
  })}${lineChart({
    label: 'requests over time',
    series: [
      line('succeeded', ({ succeeded }) => succeeded),
      line('failed', ({ failed }) => failed),
      line('dropped', ({ dropped }) => dropped),
    ],
    showX,
    showY: (value) => formatCount(value),
  })}`;
}

/** Percentiles over how many nines they have: the tail is as wide as the middle. */
function percentileCurve(latencies: Histogram): Html | undefined {
  if (latencies.count === 0) return undefined;
  const points: (readonly [number, number])[] = [];
  let seen = 0;
  for (const { ms, count } of latencies.buckets()) {
    seen += count;
    const beyond = 1 - seen / latencies.count;
    points.push([beyond <= 10 ** -LAST_NINES ? LAST_NINES : -Math.log10(beyond), ms]);
  }
  return markup`<h2>Percentiles</h2>${lineChart({
    label: 'latency by percentile',
    series: [{ name: 'latency', points: [[0, latencies.min ?? 0], ...thinned(points)] }],
    showX: (nines) => `${((1 - 10 ** -nines) * 100).toFixed(Math.max(0, Math.ceil(nines) - 2))}%`,
    showY: (value) => formatDurationMs(value),
  })}`;
}

/** No screen shows more points than this. */
const MOST_POINTS = 400;

function thinned<Point>(points: readonly Point[]): readonly Point[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}

function endpoints(report: LoadReport): Html {
  const columns = endpointColumns(report);
  return markup`<h2>Endpoints</h2>${htmlTable(
    columns.map(({ title, align }) => ({ title, align: align ?? 'left' })),
    shownEndpoints(report).map((endpoint) => columns.map(({ cell }) => cell(endpoint, false))),
  )}`;
}

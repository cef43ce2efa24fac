import { renderJunit } from '../assertions/junit.ts';
import type { ReportViews } from '../cli/command.ts';
import type { StatsReport } from './report.ts';
import { statsCsv, statsJson } from './view-data.ts';
import { renderPrometheus } from './view-prometheus.ts';
import { renderStats, renderStatsMarkdown } from './view-text.ts';

/** A report in each of its forms. */
export function statsViews(report: StatsReport): ReportViews {
  return {
    table: (terminal) => renderStats(report, terminal),
    json: () => statsJson(report),
    csv: () => statsCsv(report),
    markdown: () => renderStatsMarkdown(report),
    junit: () => renderJunit(report.verdicts, { suite: 'cachectl stats', ...report }),
    prometheus: () => renderPrometheus(report),
  };
}

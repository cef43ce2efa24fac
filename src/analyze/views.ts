import type { ReportViews } from '../cli/command.ts';
import type { AnalyzeReport } from './report.ts';
import { analyzeCsv, analyzeJson } from './view-data.ts';
import { renderAnalysis, renderMarkdown, renderTree } from './view-text.ts';

/** All forms of the report but the page. */
export function analyzeViews(report: AnalyzeReport): ReportViews {
  return {
    table: (terminal) => renderAnalysis(report, terminal),
    tree: (terminal) => renderTree(report, terminal),
    json: () => analyzeJson(report),
    csv: () => analyzeCsv(report),
    markdown: () => renderMarkdown(report),
  };
}

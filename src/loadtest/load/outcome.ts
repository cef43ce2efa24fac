import type { Outcome } from '../../cli/command.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { loadCsv, loadJson, loadMarkdown } from './export.ts';
import { renderHdr } from './hdr.ts';
import { renderLoad } from './render.ts';
import type { LoadReport } from './report.ts';

/** The report in each of its forms. */
export function outcomeOf(report: LoadReport): Outcome {
  const isPartial = report.totals.failed > 0 || report.problems.length > 0;
  return {
    exitCode: isPartial ? ExitCode.partial : ExitCode.ok,
    views: {
      table: (terminal) => renderLoad(report, terminal),
      json: () => loadJson(report),
      csv: () => loadCsv(report),
      markdown: () => loadMarkdown(report),
      hdr: () => renderHdr(report.latencies),
    },
  };
}

import { verdictJson } from '../assertions/view.ts';
import type { JsonDocument } from '../cli/command.ts';
import { renderCsv } from '../terminal/csv.ts';
import { METRICS } from './metrics.ts';
import type { NodeFigures, StatsReport } from './report.ts';

/** `cachectl/stats/v1`: raw numbers, `null` where there is no data; `hit_rate` is in percent. */
export function statsJson(report: StatsReport): JsonDocument {
  return {
    schema: 'cachectl/stats/v1',
    ...Object.fromEntries(fields(report)),
    assertions: report.verdicts.map(verdictJson),
    unreachable: report.lost.map(({ address, error }) => ({ address, message: error.message })),
    ...(report.perNode ? { nodes: report.nodes.map(nodeJson) } : {}),
  };
}

/** `metric,value` lines: the fields of the JSON report. */
export function statsCsv(report: StatsReport): string {
  return renderCsv(['metric', 'value'], fields(report));
}

function fields({
  target,
  nodes,
  figures,
}: StatsReport): readonly (readonly [string, string | number | null])[] {
  return [
    ['target', target],
    ['server', figures.server],
    ['version', figures.version],
    ['role', figures.role],
    ['primaries', nodes.length],
    ...METRICS.map((metric) => [metric.jsonName, metric.read(figures)] as const),
    ['maxmemory_policy', figures.maxmemoryPolicy],
  ];
}

function nodeJson({ address, figures }: NodeFigures): unknown {
  return { address, ...Object.fromEntries(METRICS.map((metric) => [metric.jsonName, metric.read(figures)])) };
}

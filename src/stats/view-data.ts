import { GROUP_TERMS } from '../assertions/cache-terms.ts';
import { verdictJson } from '../assertions/view.ts';
import type { JsonDocument } from '../cli/command.ts';
import { renderCsv } from '../terminal/csv.ts';
import { deviationPercent, readGroup, type GroupFigures, type GroupReport } from './group-counts.ts';
import { METRICS } from './metrics.ts';
import type { NodeFigures, StatsReport } from './report.ts';
import type { Window } from './window.ts';

/**
 * `cachectl/stats/v1`: raw numbers, `null` where there is no data; rates of hits are in percent.
 * docs/schemas/stats.v1.schema.json describes it.
 */
export function statsJson(report: StatsReport): JsonDocument {
  const { groups, baseline } = report;
  return {
    schema: 'cachectl/stats/v1',
    at: new Date(report.startedAt).toISOString(),
    elapsed_ms: Math.round(report.elapsedMs),
    window: windowJson(report.window),
    ...Object.fromEntries(fields(report)),
    ...(groups && { groups: groups.groups.map((group) => groupJson(group, groups)) }),
    ...(groups && { groups_bounded: groups.isFull }),
    ...(groups?.capture && { capture: captureJson(groups.capture) }),
    ...(baseline && {
      baseline: {
        path: baseline.path,
        at: baseline.at,
        ...Object.fromEntries(
          METRICS.map(({ jsonName }) => [jsonName, baseline.values.get(jsonName) ?? null]),
        ),
      },
    }),
    assertions: report.verdicts.map(verdictJson),
    unreachable: report.lost.map(({ address, error }) => ({ address, message: error.message })),
    since_start: report.sinceStart.map(sinceStartJson),
    ...(report.perNode ? { nodes: report.nodes.map(nodeJson) } : {}),
  };
}

/** `metric,value` lines: the fields of the JSON report; those of a group are `GROUP.metric`. */
export function statsCsv(report: StatsReport): string {
  const { groups } = report;
  return renderCsv(
    ['metric', 'value'],
    [
      ...fields(report),
      ['window', report.window.kind],
      ['window_seconds', report.window.seconds],
      ...(groups?.groups ?? []).flatMap((group) =>
        GROUP_TERMS.map(
          (term) =>
            [
              `${group.name ?? '(other)'}.${'jsonName' in term ? term.jsonName : term.name}`,
              groups === undefined ? null : readGroup(group, term.name, groups),
            ] as const,
        ),
      ),
    ],
  );
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

function windowJson(window: Window): unknown {
  return {
    kind: window.kind === 'since start' ? 'since_start' : window.kind,
    seconds: window.seconds,
    ...(window.kind === 'since start'
      ? {}
      : { counters_began_anew: window.breaks.map(({ address, what }) => ({ address, because: what })) }),
  };
}

function groupJson(group: GroupFigures, report: GroupReport): unknown {
  return {
    group: group.name,
    ...Object.fromEntries(
      GROUP_TERMS.map((term) => [
        'jsonName' in term ? term.jsonName : term.name,
        readGroup(group, term.name, report),
      ]),
    ),
    ...(report.counted && {
      expiring_within_seconds: Object.fromEntries(
        [...group.expiries].sort(([a], [b]) => a - b).map(([bound, keys]) => [String(bound), keys]),
      ),
    }),
  };
}

function captureJson(capture: NonNullable<GroupReport['capture']>): unknown {
  return {
    seconds: capture.seconds,
    ended_by: capture.endedBy,
    commands: capture.events,
    reads_heard: capture.heard.reads,
    misses_heard: capture.heard.misses,
    reads_counted_by_server: capture.counted.reads,
    misses_counted_by_server: capture.counted.misses,
    deviation_percent: deviationPercent(capture),
  };
}

function sinceStartJson({ address, figures }: NodeFigures): unknown {
  return {
    address,
    run_id: figures.runId,
    hits: figures.hits,
    misses: figures.misses,
    evicted: figures.evicted,
    expired: figures.expired,
    uptime_seconds: figures.uptimeSeconds,
  };
}

function nodeJson({ address, figures }: NodeFigures): unknown {
  return { address, ...Object.fromEntries(METRICS.map((metric) => [metric.jsonName, metric.read(figures)])) };
}

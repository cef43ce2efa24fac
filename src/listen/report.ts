import type { ReportViews } from '../cli/command.ts';
import { actionsJson } from '../invalidation/report.ts';
import { escapeText } from '../keys/printable.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import type { Counters } from './counters.ts';
import type { RunRecord } from './worker.ts';

/** One run of a rule as a line of the log. */
export function runLine(record: RunRecord, { style }: TerminalInfo): string {
  const { event, events, status, elapsedMs, results } = record;
  const what = `${escapeText(event)}${events > 1 ? ` (${formatCount(events)} events)` : ''}`;
  const head = status === 'done' ? style.good('done') : style.bad('failed');
  const told = results
    .filter((result) => result.status !== 'skipped')
    .map((result) => `${result.kind}: ${escapeText(result.told)}`);
  return `${head} ${what} in ${formatDurationMs(elapsedMs)}${told.length > 0 ? `; ${told.join('; ')}` : ''}`;
}

/** The same as a record. */
export function runRecordJson(record: RunRecord): Readonly<Record<string, unknown>> {
  return {
    type: 'run',
    event: record.event,
    events: record.events,
    status: record.status,
    elapsed_ms: Math.round(record.elapsedMs * 10) / 10,
    actions: actionsJson(record.results),
  };
}

/** What a listener did from its start to its end. */
export interface ListenReport {
  readonly counters: Counters;
  readonly elapsedMs: number;
}

/** All forms of the report. */
export function listenViews({ counters, elapsedMs }: ListenReport): ReportViews {
  const json = () => ({
    schema: 'cachectl/listen/v1',
    deliveries: counters.received,
    events_handled: counters.handled,
    rule_runs: counters.runs,
    deliveries_failed: counters.failed,
    events_dead_lettered: counters.deadLettered,
    deliveries_taken_over: counters.takenOver,
    http_events_accepted: counters.accepted,
    requests_refused: counters.refused,
    redis_connections_lost: counters.lostConnections,
    elapsed_ms: Math.round(elapsedMs),
  });
  return {
    table: () =>
      [
        `Listened for ${formatDurationMs(elapsedMs)}: ${countOf(counters.handled, 'event')} handled in ${countOf(counters.runs, 'run')}`,
        ...(counters.failed > 0 ? [`${countOf(counters.failed, 'delivery', 'deliveries')} failed`] : []),
        ...(counters.deadLettered > 0 ? [`${countOf(counters.deadLettered, 'event')} set aside`] : []),
      ].join('\n'),
    json,
    ndjson: () => [{ type: 'summary', ...json() }],
  };
}

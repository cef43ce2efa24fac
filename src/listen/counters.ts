/** What a listener has done since it started; the numbers behind its report and `/metrics`. */
export interface Counters {
  /** Entries that were delivered, each delivery counted. */
  received: number;
  /** Events that were carried out, merged ones included. */
  handled: number;
  /** Runs of a rule: equal events within a window are one. */
  runs: number;
  /** Deliveries that failed and will come again. */
  failed: number;
  /** Events that were set aside in the dead-letter stream. */
  deadLettered: number;
  /** Entries taken over from consumers that were gone, and tried again. */
  takenOver: number;
  /** Events that came over HTTP and were written to the stream. */
  accepted: number;
  /** HTTP requests and messages that were refused. */
  refused: number;
  /** Times that Redis could not be reached. */
  lostConnections: number;
}

/** A listener that has done nothing yet. */
export function newCounters(): Counters {
  return {
    received: 0,
    handled: 0,
    runs: 0,
    failed: 0,
    deadLettered: 0,
    takenOver: 0,
    accepted: 0,
    refused: 0,
    lostConnections: 0,
  };
}

const METRICS: readonly (readonly [counter: keyof Counters, name: string, help: string])[] = [
  ['received', 'deliveries', 'Deliveries of events, repeated ones included.'],
  ['handled', 'events_handled', 'Events that were carried out.'],
  ['runs', 'rule_runs', 'Runs of a rule; equal events within a window are one run.'],
  ['failed', 'deliveries_failed', 'Deliveries that failed and come again.'],
  ['deadLettered', 'events_dead_lettered', 'Events that were set aside.'],
  ['takenOver', 'deliveries_taken_over', 'Deliveries taken over or tried again.'],
  ['accepted', 'http_events_accepted', 'Events that were accepted over HTTP.'],
  ['refused', 'requests_refused', 'HTTP requests and messages that were refused.'],
  ['lostConnections', 'redis_connections_lost', 'Times that Redis could not be reached.'],
];

/** The counters in the text format of Prometheus (its documentation, "Exposition formats"). */
export function metricsText(
  counters: Counters,
  gauges: { readonly up: boolean; readonly pending: number | undefined; readonly lag: number | undefined },
): string {
  const gauge = (name: string, help: string, value: number | undefined): readonly string[] =>
    value === undefined ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
  return [
    ...METRICS.flatMap(([counter, name, help]) => [
      `# HELP cachectl_listen_${name}_total ${help}`,
      `# TYPE cachectl_listen_${name}_total counter`,
      `cachectl_listen_${name}_total ${counters[counter]}`,
    ]),
    ...gauge('cachectl_listen_up', 'Whether events are being read.', gauges.up ? 1 : 0),
    ...gauge('cachectl_listen_pending', 'Entries of the group that are not acknowledged.', gauges.pending),
    ...gauge('cachectl_listen_lag', 'Entries of the stream that were not delivered yet.', gauges.lag),
    '',
  ].join('\n');
}

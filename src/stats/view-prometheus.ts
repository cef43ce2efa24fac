import { readGroup, type GroupFigures } from './group-counts.ts';
import type { Figures } from './figures.ts';
import type { StatsReport } from './report.ts';

/** One metric of the text format, with its samples. */
interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

/** What redis_exporter has under the same names; counters as they were since each server started. */
const SERVER_FAMILIES: readonly (readonly [
  name: string,
  type: Family['type'],
  help: string,
  read: (figures: Figures) => number | null,
])[] = [
  ['redis_keyspace_hits_total', 'counter', 'Reads that found their key', ({ hits }) => hits],
  ['redis_keyspace_misses_total', 'counter', 'Reads that did not find their key', ({ misses }) => misses],
  ['redis_evicted_keys_total', 'counter', 'Keys evicted to make room', ({ evicted }) => evicted],
  ['redis_expired_keys_total', 'counter', 'Keys that ran out', ({ expired }) => expired],
  ['redis_commands_processed_total', 'counter', 'Commands carried out', ({ commands }) => commands],
  ['redis_memory_used_bytes', 'gauge', 'Memory in use', ({ memoryUsedBytes }) => memoryUsedBytes],
  [
    'redis_memory_used_peak_bytes',
    'gauge',
    'Most memory ever used',
    ({ memoryPeakBytes }) => memoryPeakBytes,
  ],
  [
    'redis_memory_max_bytes',
    'gauge',
    'maxmemory; 0 is no limit',
    ({ maxmemoryBytes }) => maxmemoryBytes ?? 0,
  ],
  ['redis_connected_clients', 'gauge', 'Connected clients', ({ clients }) => clients],
  [
    'redis_uptime_in_seconds',
    'gauge',
    'Seconds since the server started',
    ({ uptimeSeconds }) => uptimeSeconds,
  ],
];

/**
 * The text format of Prometheus, for its textfile collector or a push gateway. Source: prometheus.io, "Exposition
 * formats"; the names of servers' own numbers are redis_exporter's, the others begin with `cachectl_`.
 */
export function renderPrometheus(report: StatsReport): string {
  const { sinceStart, database, lost, window, figures } = report;
  const server = (
    name: string,
    type: Family['type'],
    help: string,
    read: (figures: Figures) => number | null,
    labels: Readonly<Record<string, string>> = {},
  ): Family => ({
    name,
    type,
    help,
    samples: sinceStart.map((node) => ({
      labels: { addr: node.address, ...labels },
      value: read(node.figures),
    })),
  });
  const db = { db: `db${database}` };
  const hitRate =
    figures.hits === null || figures.misses === null ? null : ratio(figures.hits, figures.misses);
  const families: readonly Family[] = [
    {
      name: 'redis_up',
      type: 'gauge',
      help: 'Whether the server answered',
      samples: [
        ...sinceStart.map(({ address }) => ({ labels: { addr: address }, value: 1 })),
        ...lost.map(({ address }) => ({ labels: { addr: address }, value: 0 })),
      ],
    },
    ...SERVER_FAMILIES.map((parts) => server(...parts)),
    server('redis_db_keys', 'gauge', 'Keys in the database', ({ keys }) => keys, db),
    server('redis_db_keys_expiring', 'gauge', 'Keys that have a TTL', expiring, db),
    {
      name: 'cachectl_hit_ratio',
      type: 'gauge',
      help: 'Part of the reads in the window that found their key',
      samples: [{ labels: { window: window.kind.replace(' ', '_') }, value: hitRate }],
    },
    {
      name: 'cachectl_window_seconds',
      type: 'gauge',
      help: 'How long the window of cachectl_hit_ratio was',
      samples: [{ labels: { window: window.kind.replace(' ', '_') }, value: window.seconds }],
    },
    ...groupFamilies(report),
    {
      name: 'cachectl_assertion_holds',
      type: 'gauge',
      help: 'Whether an assertion holds',
      samples: report.verdicts.map(({ assertion, pass }) => ({
        labels: { assertion: assertion.text },
        value: pass ? 1 : 0,
      })),
    },
  ];
  return families.flatMap(renderFamily).join('\n');
}

function groupFamilies({ groups }: StatsReport): readonly Family[] {
  if (groups === undefined) return [];
  const all = groups.groups;
  const family = (name: string, help: string, read: (group: GroupFigures) => number | null): Family => ({
    name: `cachectl_group_${name}`,
    type: 'gauge',
    help,
    samples: all.map((group) => ({ labels: { group: group.name ?? '' }, value: read(group) })),
  });
  return [
    family('hit_ratio', 'Part of the reads of the group that found their key', (group) =>
      groups.capture === undefined ? null : ratio(group.reads - group.misses, group.misses),
    ),
    family('reads_per_second', 'Reads of the group a second', (group) =>
      readGroup(group, 'reads_per_second', groups),
    ),
    family('keys', 'Keys of the group', (group) => readGroup(group, 'keys', groups)),
    family('keys_without_ttl', 'Keys of the group that never run out', (group) =>
      readGroup(group, 'keys_without_ttl', groups),
    ),
    family('memory_bytes', 'Memory of the group', (group) => readGroup(group, 'memory', groups)),
  ];
}

/** A family without any number is left out: Prometheus knows no empty value. */
function renderFamily({ name, type, help, samples }: Family): readonly string[] {
  const lines = samples.flatMap(({ labels, value }) =>
    value === null ? [] : [`${name}${renderLabels(labels)} ${value}`],
  );
  return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function expiring({ keys, keysWithoutTtl }: Figures): number | null {
  return keys === null || keysWithoutTtl === null ? null : keys - keysWithoutTtl;
}

function ratio(hits: number, misses: number): number | null {
  return hits + misses === 0 ? null : hits / (hits + misses);
}

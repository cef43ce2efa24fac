import type { NamedMetric, MetricTerm, Vocabulary } from '../../assertions/vocabulary.ts';
import type { JsonDocument } from '../../cli/command.ts';

/** A number of the report, and where the JSON document has it. */
interface LoadMetric extends MetricTerm {
  /** Names from the outside to the inside; of a list the worst of all its items counts. */
  readonly path: readonly string[];
  /** Which of several is the worst. */
  readonly worst?: 'low' | 'high';
}

const ms = (name: string, path: readonly string[]): LoadMetric => ({ name, unit: 'milliseconds', path });
const count = (name: string, path: readonly string[]): LoadMetric => ({ name, unit: 'count', path });

const PERCENTILES = ['mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const;

const LOAD_METRICS: readonly LoadMetric[] = [
  ...PERCENTILES.map((name) => ms(name, ['totals', 'latency', `${name}_ms`])),
  ms('uncorrected_p99', ['totals', 'uncorrected_latency', 'p99_ms']),
  ms('start_delay_p99', ['totals', 'start_delay', 'p99_ms']),
  {
    name: 'error_rate',
    jsonName: 'error_rate_percent',
    unit: 'percent',
    path: ['totals', 'error_rate_percent'],
  },
  {
    name: 'rate',
    jsonName: 'requests_per_second',
    unit: 'per_second',
    path: ['totals', 'requests_per_second'],
  },
  count('sent', ['totals', 'sent']),
  count('succeeded', ['totals', 'succeeded']),
  count('failed', ['totals', 'failed']),
  count('dropped', ['totals', 'dropped']),
  { name: 'bytes', jsonName: 'body_bytes', unit: 'bytes', path: ['totals', 'body_bytes'] },
  { name: 'hit_rate', jsonName: 'hit_rate_percent', unit: 'percent', path: ['redis', 'hit_rate_percent'] },
  { name: 'commands_per_second', unit: 'per_second', path: ['redis', 'commands_per_second'] },
  { name: 'evictions', jsonName: 'evicted_keys', unit: 'count', path: ['redis', 'evicted_keys'] },
  {
    name: 'memory_used',
    jsonName: 'memory_after_bytes',
    unit: 'bytes',
    path: ['redis', 'memory_after_bytes'],
  },
  ms('round_trip_p99', ['redis', 'round_trip_p99_ms']),
];

const COMPARE_METRICS: readonly LoadMetric[] = [
  {
    name: 'improvement',
    jsonName: 'improvement_percent',
    unit: 'percent',
    path: ['scopes', 'improvement_percent'],
    worst: 'low',
  },
  ...(['without', 'with'] as const).flatMap((side) =>
    (['p50', 'p95', 'p99', 'max'] as const).map((name): LoadMetric => ({
      ...ms(`${side}_${name}`, ['scopes', `${side}_cache`, `${name}_ms`]),
      worst: 'high',
    })),
  ),
  { ...count('failed', ['endpoints', 'errors']), worst: 'high' },
];

const METRICS = { load: LOAD_METRICS, compare: COMPARE_METRICS } as const;

/** Whose numbers are meant. */
export type ReportKind = keyof typeof METRICS;

/** What assertions on a load test may speak of. */
export function vocabularyOf(kind: ReportKind, hasBaseline: boolean): Vocabulary {
  return {
    metrics: METRICS[kind],
    hasBaseline,
    baselineHint: 'give an earlier report (--json) with --baseline FILE',
  };
}

/** A number of a report, as it was printed; `null` where it has none. */
export function readMetric(kind: ReportKind, document: JsonDocument, { name }: NamedMetric): number | null {
  const metric = METRICS[kind].find((candidate) => candidate.name === name);
  if (metric === undefined) return null;
  if (name === 'failed' && kind === 'compare') return failedOf(document);
  const values = valuesAt(document, metric.path);
  if (values.length === 0) return null;
  return metric.worst === 'low' ? Math.min(...values) : Math.max(...values);
}

/** Failed requests of a comparison, of both sides. */
function failedOf(document: JsonDocument): number {
  const sides = ['without_cache', 'with_cache'].flatMap((side) =>
    valuesAt(document, ['endpoints', side, 'errors']),
  );
  return sides.reduce((sum, errors) => sum + errors, 0);
}

function valuesAt(value: unknown, path: readonly string[]): readonly number[] {
  if (Array.isArray(value)) return (value as readonly unknown[]).flatMap((item) => valuesAt(item, path));
  const [name, ...rest] = path;
  if (name === undefined) return typeof value === 'number' ? [value] : [];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  return valuesAt((value as Readonly<Record<string, unknown>>)[name], rest);
}

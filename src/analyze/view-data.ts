import type { JsonDocument } from '../cli/command.ts';
import { decodeUtf8 } from '../keys/printable.ts';
import { shownKeyJson } from '../selection/describe.ts';
import { renderCsv } from '../terminal/csv.ts';
import { estimateBytes, estimateKeys } from './estimate.ts';
import type { Figures } from './figures.ts';
import type { Finding } from './advice/finding.ts';
import type { HeavyHitters } from './heavy-hitters.ts';
import type { Prefix } from './prefixes.ts';
import type { RankedKey } from './ranking.ts';
import type { AnalyzeReport } from './report.ts';
import { typeNames } from './rows.ts';
import { IDLE_CLASSES, LIFE_CLASSES, TYPES } from './seen-key.ts';
import { groupRows, idleRows, lifeRows, typeRows } from './tables.ts';
import { estimateUses, mostUsedPatterns } from './used.ts';

type Shape = Readonly<Record<string, unknown>>;

/** `cachectl/analyze/v1`: raw numbers; an interval is that of 95 % of a sample's estimate, and `null` without a sample. */
export function analyzeJson(report: AnalyzeReport): JsonDocument {
  const { target, reading, scale, tally, questions, findings } = report;
  return {
    schema: 'cachectl/analyze/v1',
    target: { name: target.name, location: target.location, protected: target.protected },
    selection: report.selection,
    keyspace_keys: reading.keyCount,
    keys_looked_at: reading.looked,
    sample: scale.isSample,
    total: figuresJson(report, tally.total),
    vanished: tally.vanished,
    keys_of_moved_slots: reading.moved,
    groups: [...tally.groups].map(([name, figures]) => ({ name, ...figuresJson(report, figures) })),
    unclassified: tally.groups.size === 0 ? null : figuresJson(report, tally.unclassified),
    not_of_the_layout: figuresJson(report, tally.foreign),
    tree: treeJson(report, report.root, report.depth),
    patterns: report.patterns.map((pattern) => prefixJson(report, pattern)),
    patterns_bounded: tally.tree.isBounded,
    types: typeRows(report).map(({ name, figures }) => ({ type: name, ...figuresJson(report, figures) })),
    ttl: lifeRows(report).map(({ name, figures }) => ({
      ...classJson(name, LIFE_CLASSES),
      ...figuresJson(report, figures),
    })),
    idle: report.known.has('idle')
      ? idleRows(report).map(({ name, figures }) => ({
          ...classJson(name, IDLE_CLASSES),
          ...figuresJson(report, figures),
        }))
      : null,
    biggest: tally.biggest.keys.map((key) => rankedJson(report, key)),
    longest: tally.longest.keys.map((key) => rankedJson(report, key)),
    hot: hotJson(report),
    frequency: frequencyJson(report),
    findings: findings?.map((finding) => findingJson(finding)) ?? null,
    not_answered: [...questions.refusals].map(([question, error]) => ({ question, message: error.message })),
    others_latency: reading.felt === undefined ? null : latencyJson(report),
    elapsed_ms: rounded(reading.elapsedMs),
    interrupted: report.interrupted,
    unreachable: reading.lost.map(({ address, error }) => ({ address, message: error.message })),
  };
}

/** One line for each set of keys; `section` says which table it is of. */
export function analyzeCsv(report: AnalyzeReport): string {
  const heading = [
    ...['section', 'name', 'keys', 'keys_low', 'keys_high', 'memory_bytes', 'memory_bytes_low'],
    ...['memory_bytes_high', 'keys_without_ttl', 'mean_ttl_seconds'],
  ];
  const line = (section: string, name: string, figures: Figures): (string | number | null)[] => {
    const shape = figuresJson(report, figures);
    const keys = shape.keys_interval;
    const bytes = shape.memory_bytes_interval;
    return [
      ...[section, name, shape.keys, keys?.[0] ?? null, keys?.[1] ?? null],
      ...[shape.memory_bytes, bytes?.[0] ?? null, bytes?.[1] ?? null],
      ...[shape.keys_without_ttl, shape.mean_ttl_seconds],
    ];
  };
  const { tally } = report;
  return renderCsv(heading, [
    line('total', '', tally.total),
    ...groupRows(report).map(({ name, figures }) => line('group', name, figures)),
    ...report.prefixes.map(({ name, figures }) => line('prefix', name, figures)),
    ...report.patterns.map(({ name, figures }) => line('pattern', name, figures)),
    ...(tally.foreign.keys === 0 ? [] : [line('not of the layout', '', tally.foreign)]),
    ...typeRows(report).map(({ name, figures }) => line('type', name, figures)),
    ...lifeRows(report).map(({ name, figures }) => line('ttl', name, figures)),
    ...idleRows(report).map(({ name, figures }) => line('idle', name, figures)),
  ]);
}

function figuresJson({ scale, known }: AnalyzeReport, figures: Figures) {
  const keys = estimateKeys(figures.keys, scale);
  const bytes = estimateBytes(figures, scale);
  const expiring = figures.keys - figures.withoutTtl;
  return {
    keys: keys.value,
    keys_interval: scale.isSample ? [keys.low, keys.high] : null,
    memory_bytes: known.has('memory') ? bytes.value : null,
    memory_bytes_interval: known.has('memory') && scale.isSample ? [bytes.low, bytes.high] : null,
    keys_without_ttl: known.has('ttl') ? estimateKeys(figures.withoutTtl, scale).value : null,
    mean_ttl_seconds: known.has('ttl') && expiring > 0 ? rounded(figures.lifeMs / expiring / 1_000) : null,
    mean_idle_seconds:
      known.has('idle') && figures.keys > 0 ? rounded(figures.idleSeconds / figures.keys) : null,
    types: typeNames(figures),
  } as const;
}

function prefixJson(report: AnalyzeReport, prefix: Prefix): Shape {
  const glob = decodeUtf8(prefix.glob);
  return {
    name: prefix.name,
    ...(glob === undefined ? { glob_base64: prefix.glob.toString('base64') } : { glob }),
    other: prefix.isOther,
    ...figuresJson(report, prefix.figures),
  };
}

function treeJson(report: AnalyzeReport, prefix: Prefix, depth: number): Shape {
  return {
    ...prefixJson(report, prefix),
    children: depth === 0 ? [] : prefix.children.map((child) => treeJson(report, child, depth - 1)),
  };
}

function classJson(name: string, classes: typeof LIFE_CLASSES): Shape {
  const found = classes.find((candidate) => candidate.name === name);
  return {
    name,
    from_seconds: found === undefined ? null : found.fromMs / 1_000,
    below_seconds: found === undefined || found.belowMs === Infinity ? null : found.belowMs / 1_000,
  };
}

function rankedJson({ layout }: AnalyzeReport, { key, type, sizeBytes, length, ttlMs }: RankedKey): unknown {
  return {
    ...(shownKeyJson(key, layout) as object),
    type: TYPES[type] ?? 'other',
    memory_bytes: sizeBytes,
    length: length ?? null,
    ttl_seconds: ttlMs < 0 ? null : ttlMs / 1_000,
  };
}

function hotJson({ hot, layout, top }: AnalyzeReport): unknown {
  if (hot === undefined) return null;
  const keys = (hitters: HeavyHitters) =>
    hitters.top(top).map(({ name, count }) => ({
      ...(shownKeyJson(Buffer.from(name, 'latin1'), layout) as object),
      count,
    }));
  return {
    elapsed_ms: rounded(hot.elapsedMs),
    commands: hot.commands,
    reads: hot.reads,
    writes: hot.writes,
    read_patterns: hot.readPatterns.top(top),
    read_keys: keys(hot.readKeys),
    written_patterns: hot.writtenPatterns.top(top),
    written_keys: keys(hot.writtenKeys),
    counts_may_miss: Math.max(hot.readKeys.mostForgotten, hot.writtenKeys.mostForgotten),
  };
}

function frequencyJson(report: AnalyzeReport): unknown {
  const { known, tally, layout } = report;
  if (!known.has('frequency')) return null;
  return {
    uses: estimateUses(tally.total, report),
    patterns: mostUsedPatterns(report).map(({ name, figures }) => ({
      name,
      uses: estimateUses(figures, report),
      keys: estimateKeys(figures.keys, report.scale).value,
    })),
    keys: tally.mostUsed.keys.map(({ key, frequency = 0 }) => ({
      ...(shownKeyJson(key, layout) as object),
      counter: frequency,
      uses: tally.usesOf(frequency),
    })),
  };
}

function findingJson({ code, severity, title, subject, evidence, mend }: Finding): unknown {
  return { code, severity, title, subject: subject ?? null, evidence, mend };
}

function latencyJson({ reading }: AnalyzeReport): unknown {
  const { felt, slowest } = reading;
  return {
    samples: felt?.samples ?? 0,
    p50_ms: rounded(felt?.p50Ms ?? 0),
    p99_ms: rounded(felt?.p99Ms ?? 0),
    max_ms: rounded(felt?.maxMs ?? 0),
    slowest_speed: rounded(slowest),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

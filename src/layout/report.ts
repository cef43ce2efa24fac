import type { JsonDocument, ReportViews } from '../cli/command.ts';
import type { LayoutSpec } from '../config/layout.ts';
import { escapeText } from '../keys/printable.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import type { Candidate } from './detect.ts';
import type { Sample } from './sample.ts';

/** What a detection found; candidates best first, never empty. */
export interface DetectReport {
  readonly location: string;
  readonly sample: Sample;
  readonly candidates: readonly [Candidate, ...Candidate[]];
}

const COLUMNS: readonly Column[] = [
  { title: 'layout', flexible: true, wraps: true },
  { title: 'keys that fit', align: 'right' },
  { title: 'because of', flexible: true, wraps: true },
];

/** All forms of the report. */
export function detectViews(report: DetectReport): ReportViews {
  return { table: (terminal) => renderReport(report, terminal), json: () => toJson(report) };
}

function renderReport({ location, sample, candidates }: DetectReport, terminal: TerminalInfo): string {
  const [best] = candidates;
  const looked = `${countOf(sample.keys.length, 'key')}${sample.complete ? ', all there are,' : ' as a sample,'}`;
  const lines = [
    `Looked at ${looked} on ${location} in ${formatDurationMs(sample.elapsedMs)}.`,
    ...sample.lost.map(({ address, error }) => `Not looked at: ${address}: ${escapeText(error.message)}`),
  ];
  if (sample.keys.length === 0) return [...lines, 'There is nothing to tell a layout from.'].join('\n');
  const rows = candidates.map(({ spec, fits, evidence }) => [
    escapeText(layoutLine(spec).slice('layout: '.length)),
    `${formatCount(fits)} (${percent(fits, sample.keys.length)})`,
    evidence.length === 0
      ? 'fits every key' + (candidates.length > 1 ? '' : '; no framework has left a mark')
      : evidence.map(([mark, count]) => `${formatCount(count)} ${mark}`).join(', '),
  ]);
  return [
    ...lines,
    '',
    renderTable(COLUMNS, rows, terminal),
    '',
    'For cachectl.yaml:',
    '',
    escapeText(layoutLine(best.spec)),
  ].join('\n');
}

function percent(part: number, whole: number): string {
  return `${Math.floor((part / whole) * 100)}%`;
}

/** The settings of a layout in the file's notation; those that are the default are left out. */
export function layoutSettings(spec: LayoutSpec): Readonly<Record<string, unknown>> {
  const some = (name: string, value: unknown, fallback: unknown): Readonly<Record<string, unknown>> =>
    value === fallback ? {} : { [name]: value };
  const oneOrList = (values: readonly unknown[]): unknown => (values.length === 1 ? values[0] : values);
  switch (spec.type) {
    case 'plain':
    case 'spring':
      return { type: spec.type, ...some('prefix', spec.prefix, '') };
    case 'django':
      return {
        type: 'django',
        ...some('prefix', oneOrList(spec.prefixes), ''),
        version: oneOrList(spec.versions),
      };
    case 'rails':
      return { type: 'rails', ...some('namespace', spec.namespace, '') };
    case 'laravel':
      return { type: 'laravel', redis_prefix: spec.redisPrefix, cache_prefix: spec.cachePrefix };
    case 'symfony':
      return { type: 'symfony', ...some('namespace', spec.namespace, '') };
    case 'wordpress':
      return {
        type: 'wordpress',
        ...some('prefix', spec.prefix, ''),
        blog_prefix: oneOrList(spec.blogPrefixes),
      };
    case 'keyv':
      return { type: 'keyv', namespace: spec.namespace, ...some('key_prefix', spec.keyPrefix, true) };
  }
}

/** One line of YAML: `layout: { type: django, prefix: "shop", version: 2 }`. */
export function layoutLine(spec: LayoutSpec): string {
  const settings = Object.entries(layoutSettings(spec)).map(
    ([name, value]) => `${name}: ${name === 'type' ? String(value) : JSON.stringify(value)}`,
  );
  return `layout: { ${settings.join(', ')} }`;
}

function toJson({ location, sample, candidates }: DetectReport): JsonDocument {
  return {
    schema: 'cachectl/layout-detect/v1',
    target: location,
    sampled_keys: sample.keys.length,
    complete: sample.complete,
    elapsed_ms: Math.round(sample.elapsedMs * 10) / 10,
    layout: sample.keys.length === 0 ? null : layoutSettings(candidates[0].spec),
    candidates: candidates.map(({ spec, fits, evidence }) => ({
      layout: layoutSettings(spec),
      keys_fit: fits,
      evidence: evidence.map(([mark, count]) => ({ mark, count })),
    })),
    unreachable: sample.lost.map(({ address, error }) => ({ address, message: error.message })),
  };
}

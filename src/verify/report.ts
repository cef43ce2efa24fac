import type { MetricTerm, NamedMetric, Vocabulary } from '../assertions/vocabulary.ts';
import type { Reading, Verdict } from '../assertions/verdict.ts';
import { renderVerdicts, verdictJson, verdictsMarkdown } from '../assertions/view.ts';
import { renderJunit } from '../assertions/junit.ts';
import type { JsonDocument, ReportViews } from '../cli/command.ts';
import { redactUrl } from '../config/redact.ts';
import { escapeText, keyJson } from '../keys/printable.ts';
import { renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount } from '../units/number.ts';
import type { Target } from '../warm/target.ts';
import type { TargetVerdict } from './verify-target.ts';

/** The kinds of verdicts, in the order of reports. */
export const VERDICT_KINDS = ['same', 'different', 'missing', 'undecodable', 'failed', 'skipped'] as const;

/** How many targets came to which verdict. */
export type VerdictCounts = Record<(typeof VERDICT_KINDS)[number], number>;

/** A target that is not the same, for the report. */
export interface Finding {
  readonly target: Pick<Target, 'scope' | 'key' | 'url'>;
  readonly verdict: Exclude<TargetVerdict, { readonly kind: 'same' | 'skipped' }>;
}

/** What became of what was warmed again. */
export interface Fixed {
  readonly warm: number;
  readonly failed: number;
  /** Of the first that failed. */
  readonly reason: string | undefined;
}

/** What a run found. */
export interface VerifyReport {
  readonly redis: string;
  readonly scopes: readonly { readonly scope: string; readonly counts: VerdictCounts }[];
  /** The first of them; `omitted` are more. */
  readonly findings: readonly Finding[];
  readonly omitted: number;
  readonly fixed: Fixed | undefined;
  readonly verdicts: readonly Verdict[];
  readonly startedAt: number;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

const METRICS: readonly MetricTerm[] = [
  { name: 'stale', unit: 'percent', jsonName: 'stale_percent' },
  ...VERDICT_KINDS.map((name) => ({ name, unit: 'count' as const })),
];

/** What assertions on a run may speak of. */
export const VERIFY_VOCABULARY: Vocabulary = { metrics: METRICS, hasBaseline: false };

/** The counts of all scopes together. */
export function totals(report: Pick<VerifyReport, 'scopes'>): VerdictCounts {
  const sum = noCounts();
  for (const { counts } of report.scopes) for (const kind of VERDICT_KINDS) sum[kind] += counts[kind];
  return sum;
}

/** Nothing looked at yet. */
export function noCounts(): VerdictCounts {
  return { same: 0, different: 0, missing: 0, undecodable: 0, failed: 0, skipped: 0 };
}

/** The share of cached entries that are not what the origin says, in percent; `null` where none could be compared. */
export function stalePercent({ same, different, undecodable }: VerdictCounts): number | null {
  const compared = same + different + undecodable;
  return compared === 0 ? null : ((different + undecodable) / compared) * 100;
}

/** A metric of the vocabulary. */
export function readVerifyMetric(counts: VerdictCounts, { name }: NamedMetric): Reading {
  if (name === 'stale') return { value: stalePercent(counts), absent: 'no entry could be compared' };
  const kind = VERDICT_KINDS.find((candidate) => candidate === name);
  return { value: kind === undefined ? null : counts[kind] };
}

/** All forms of the report. */
export function verifyViews(report: VerifyReport): ReportViews {
  return {
    table: (terminal) => render(report, terminal),
    json: () => toJson(report),
    markdown: () => toMarkdown(report),
    junit: () =>
      renderJunit(report.verdicts, {
        suite: 'cachectl verify',
        target: report.redis,
        startedAt: report.startedAt,
        elapsedMs: report.elapsedMs,
      }),
  };
}

const HEADING = ['scope', ...VERDICT_KINDS, 'stale'];

function rowsOf(report: VerifyReport): readonly (readonly string[])[] {
  return report.scopes.map(({ scope, counts }) => [
    escapeText(scope),
    ...VERDICT_KINDS.map((kind) => formatCount(counts[kind])),
    percentText(stalePercent(counts)),
  ]);
}

function percentText(percent: number | null): string {
  return percent === null ? '-' : `${percent.toFixed(1)}%`;
}

function headline(report: VerifyReport): string {
  const counts = totals(report);
  const compared = counts.same + counts.different + counts.undecodable;
  const stale = counts.different + counts.undecodable;
  const early = report.interrupted ? 'Stopped early: ' : '';
  return `${early}${formatCount(stale)} of ${countOf(compared, 'cached entry', 'cached entries')} stale (${percentText(stalePercent(counts))}), in ${formatDurationMs(report.elapsedMs)}`;
}

function render(report: VerifyReport, terminal: TerminalInfo): string {
  const columns = HEADING.map((title, index) => ({
    title,
    align: index === 0 ? ('left' as const) : ('right' as const),
    flexible: index === 0,
  }));
  return [
    headline(report),
    renderTable(columns, rowsOf(report), terminal),
    ...(report.findings.length > 0 && terminal.interactive ? [''] : []),
    ...report.findings.flatMap((finding) => findingLines(finding)),
    ...(report.omitted > 0 ? [`... and ${formatCount(report.omitted)} more`] : []),
    ...(report.fixed === undefined
      ? []
      : [
          `${countOf(report.fixed.warm, 'entry', 'entries')} warmed again, ${formatCount(report.fixed.failed)} failed${
            report.fixed.reason === undefined ? '' : `: ${escapeText(report.fixed.reason)}`
          }`,
        ]),
    ...(report.verdicts.length === 0 ? [] : ['', renderVerdicts(report.verdicts, terminal)]),
  ].join('\n');
}

function findingLines({ target, verdict }: Finding): readonly string[] {
  const head = `${verdict.kind}  ${escapeText(target.key)}`;
  switch (verdict.kind) {
    case 'missing':
      return [head];
    case 'undecodable':
      return [`${head}: ${escapeText(verdict.reason)}`];
    case 'failed':
      return [`${head}: ${escapeText(verdict.error.message)}`];
    case 'different':
      return [
        head,
        ...verdict.differences.flatMap(({ path, cached, origin }) => [
          `  ${escapeText(path === '' ? 'value' : path)}`,
          `    cached  ${cached === undefined ? '(nothing)' : escapeText(cached)}`,
          `    origin  ${origin === undefined ? '(nothing)' : escapeText(origin)}`,
        ]),
      ];
  }
}

function toJson(report: VerifyReport): JsonDocument {
  const counts = totals(report);
  return {
    schema: 'cachectl/verify/v1',
    redis: report.redis,
    ...counts,
    stale_percent: stalePercent(counts),
    scopes: report.scopes.map(({ scope, counts: own }) => ({
      scope,
      ...own,
      stale_percent: stalePercent(own),
    })),
    findings: report.findings.map(({ target, verdict }) => ({
      scope: target.scope,
      ...keyJson(Buffer.from(target.key, 'utf8')),
      url: redactUrl(target.url),
      ...(verdict.kind === 'failed'
        ? { kind: verdict.kind, error: { code: verdict.error.code, message: verdict.error.message } }
        : verdict),
    })),
    findings_omitted: report.omitted,
    fixed: report.fixed === undefined ? null : { warm: report.fixed.warm, failed: report.fixed.failed },
    assertions: report.verdicts.map(verdictJson),
    elapsed_ms: Math.round(report.elapsedMs),
    interrupted: report.interrupted,
  };
}

function toMarkdown(report: VerifyReport): string {
  const align = HEADING.map((_, index) => (index === 0 ? ('left' as const) : ('right' as const)));
  return [
    headline(report),
    renderMarkdownTable(HEADING, rowsOf(report), align),
    ...(report.verdicts.length === 0 ? [] : [verdictsMarkdown(report.verdicts)]),
  ].join('\n\n');
}

import type { JsonDocument, ReportViews } from '../cli/command.ts';
import { redactUrl } from '../config/redact.ts';
import { escapeText, keyJson, printableKey } from '../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount, formatPercent } from '../units/number.ts';
import { entryPlace } from './build-target.ts';
import { commonOrigin, shownUrl } from './common-origin.ts';
import { failureLines, failuresJson } from './failure-view.ts';
import { groupFailures } from './report.ts';
import type { Survey } from './survey.ts';
import type { Target } from './target.ts';

/** All forms of what `--dry-run` found. */
export function planViews(survey: Survey, specPath: string): ReportViews {
  return {
    table: (terminal) => renderPlan(survey, specPath, terminal),
    json: () => planJson(survey),
    csv: () =>
      renderCsv(
        ['scope', 'line', 'key', 'targets'],
        entryRows(survey).map(([scope, line, key, targets]) => [scope, line, key, targets]),
      ),
    markdown: () =>
      renderMarkdownTable(
        ['scope', 'entry', 'key', 'targets'],
        entryRows(survey).map(([scope, line, key, targets]) => [
          escapeText(scope),
          `${escapeText(specPath)}:${line}`,
          escapeText(key),
          formatCount(targets),
        ]),
        ['left', 'left', 'left', 'right'],
      ),
  };
}

type EntryRow = readonly [scope: string, line: number, key: string, targets: number];

function entryRows(survey: Survey): readonly EntryRow[] {
  return survey.scopes.flatMap((scope) =>
    scope.entries.map(({ entry, targets }): EntryRow => [scope.scope, entry.at.line, entry.key, targets]),
  );
}

const ENTRY_COLUMNS: readonly Column[] = [
  { title: 'scope', flexible: true },
  { title: 'entry', flexible: true },
  { title: 'key', flexible: true },
  { title: 'targets', align: 'right' },
];
const targetColumns = (address: 'url' | 'path'): readonly Column[] => [
  { title: 'method' },
  { title: address, flexible: true },
  { title: 'key', flexible: true },
  { title: 'ttl', align: 'right' },
];

function renderPlan(survey: Survey, specPath: string, terminal: TerminalInfo): string {
  const first = survey.scopes.flatMap((scope) => scope.entries.flatMap((entry) => entry.first));
  // A narrow terminal would cut off what tells them apart.
  const origin = terminal.interactive ? commonOrigin(first) : undefined;
  const entries = survey.scopes.flatMap((scope) =>
    scope.entries.map(({ entry, targets }) => [
      escapeText(scope.scope),
      entryPlace(specPath, entry),
      escapeText(entry.key),
      formatCount(targets),
    ]),
  );
  const failed = survey.failures.length;
  const parts = [
    `${survey.complete ? '' : 'at least '}${countOf(survey.targets, 'target')} in ${countOf(survey.scopes.length, 'scope')}${origin === undefined ? '' : ` at ${escapeText(origin)}`}`,
    ...(survey.merged > 0 ? [`${formatCount(survey.merged)} merged`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
  ];
  const sections = [
    renderTable(ENTRY_COLUMNS, entries, terminal),
    first.length === 0
      ? ''
      : renderTable(
          targetColumns(origin === undefined ? 'url' : 'path'),
          first.map((target) => targetCells(target, origin, terminal)),
          terminal,
        ),
    failureLines(groupFailures(survey.failures), failed, specPath, terminal).join('\n'),
    `dry run: ${parts.join(', ')}; nothing was requested but the sources, and nothing stored`,
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function targetCells(target: Target, origin: string | undefined, terminal: TerminalInfo): readonly string[] {
  const jitter =
    target.ttlJitter > 0
      ? ` ${terminal.unicode ? '±' : '+-'}${formatPercent(target.ttlJitter).replace('.0%', '%')}`
      : '';
  return [
    'GET',
    escapeText(shownUrl(target, origin)),
    printableKey(Buffer.from(target.key, 'utf8')),
    `${formatDurationMs(target.ttlSeconds * 1_000)}${jitter}`,
  ];
}

function planJson(survey: Survey): JsonDocument {
  return {
    schema: 'cachectl/warm/v1',
    dry_run: true,
    complete: survey.complete,
    targets: survey.targets,
    merged: survey.merged,
    failed: survey.failures.length,
    scopes: survey.scopes.map((scope) => ({
      scope: scope.scope,
      targets: scope.targets,
      entries: scope.entries.map(({ entry, targets, first }) => ({
        pointer: entry.at.pointer,
        line: entry.at.line,
        key: entry.key,
        targets,
        first: first.map((target) => ({
          method: 'GET',
          url: redactUrl(target.url),
          ...keyJson(Buffer.from(target.key, 'utf8')),
          ttl_seconds: target.ttlSeconds,
          ttl_jitter: target.ttlJitter,
        })),
      })),
    })),
    failures: failuresJson(groupFailures(survey.failures)),
  };
}

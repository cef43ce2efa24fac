import { escapeText } from '../keys/printable.ts';
import { renderMarkdownTable } from '../terminal/csv.ts';
import { renderFields, renderTable } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { displayWidth, truncate } from '../terminal/width.ts';
import { wrap } from '../terminal/wrap.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatCount, formatPercent } from '../units/number.ts';
import { estimateBytes, estimateKeys } from './estimate.ts';
import type { Finding } from './advice/finding.ts';
import { showName } from './placeholder.ts';
import { passOn, type Prefix } from './prefixes.ts';
import { sumOfFigures, type Figures } from './figures.ts';
import type { AnalyzeReport } from './report.ts';
import { PLUS_MINUS } from './rows.ts';
import { summaryOf, tablesOf, type ReportTable } from './tables.ts';

/** The report for people: what it is about, a table for each way of looking at it, and what to do. */
export function renderAnalysis(report: AnalyzeReport, terminal: TerminalInfo): string {
  const tables = tablesOf(report).map((table) => {
    const { title, columns, rows } = narrowed(table, terminal);
    const shown = columns.map((column) =>
      column.title === PLUS_MINUS ? { ...column, title: plusMinus(terminal) } : column,
    );
    const cells = terminal.interactive ? rows : rows.map((row) => withShortNames(columns, row, terminal));
    return `${terminal.style.bold(title)}\n${renderTable(shown, cells, terminal)}`;
  });
  return [summaryText(report, terminal), ...tables, ...findingText(report, terminal)].join('\n\n');
}

function summaryText(report: AnalyzeReport, terminal: TerminalInfo): string {
  const fields = summaryOf(report, plusMinus(terminal));
  if (!terminal.interactive) return renderFields(fields, terminal);
  const begin = Math.max(...fields.map(([name]) => displayWidth(name))) + 2;
  const wrapped = fields.map(([name, value]): readonly [string, string] => [
    name,
    wrap(value, terminal.width - begin).join(`\n${' '.repeat(begin)}`),
  ]);
  return renderFields(wrapped, terminal);
}

/** In a pipe, too, one enormous key must not push the figures of all others out of sight: csv and json have it whole. */
const LONGEST_NAME = 100;

function withShortNames(
  columns: ReportTable['columns'],
  row: readonly string[],
  { unicode }: TerminalInfo,
): readonly string[] {
  return row.map((cell, index) =>
    columns[index]?.flexible === true ? truncate(cell, LONGEST_NAME, unicode) : cell,
  );
}

function plusMinus({ unicode }: TerminalInfo): string {
  return unicode ? PLUS_MINUS : '+-';
}

/** A name that is cut further says nothing. */
const NARROWEST_NAME = 16;

/** Without the columns for which a terminal has no room. */
function narrowed(table: ReportTable, terminal: TerminalInfo): ReportTable {
  const { interactive, width } = terminal;
  const { columns, rows } = table;
  const widths = columns.map(({ title, flexible }, index) => {
    const widest = Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[index] ?? '')));
    return 3 + (flexible === true ? Math.min(widest, NARROWEST_NAME) : widest);
  });
  const spare = Math.max(...columns.map((column) => column.spare ?? 0));
  if (!interactive || spare === 0 || widths.reduce((sum, each) => sum + each, 1) <= width) return table;
  const dropped = columns.findIndex((column) => column.spare === spare);
  const without = <Item>(items: readonly Item[]): readonly Item[] =>
    items.filter((_, index) => index !== dropped);
  return narrowed({ ...table, columns: without(columns), rows: rows.map(without) }, terminal);
}

function findingText({ findings }: AnalyzeReport, terminal: TerminalInfo): readonly string[] {
  if (findings === undefined) return [];
  const { style } = terminal;
  const heading = style.bold('Advice');
  if (findings.length === 0) return [`${heading}\nnothing to mend was found`];
  return [[heading, ...findings.map((finding) => findingLines(finding, terminal).join('\n'))].join('\n\n')];
}

function findingLines(
  { severity, title, evidence, mend }: Finding,
  { style }: TerminalInfo,
): readonly string[] {
  const word = severity === 'warning' ? style.warn('warning') : style.accent('notice');
  return [
    `${word}  ${escapeText(title)}`,
    ...evidence.map((line) => `  ${escapeText(line)}`),
    ...mend.map((line) => `  > ${style.bold(escapeText(line))}`),
  ];
}

/** The prefixes as a tree, the largest first. */
export function renderTree(report: AnalyzeReport, terminal: TerminalInfo): string {
  const lines: (readonly [label: string, figures: Figures])[] = [];
  const { foreign } = report.tally;
  const [bar, branch, end, blank] = terminal.unicode
    ? ['│  ', '├─ ', '└─ ', '   ']
    : ['|  ', '|- ', '`- ', '   '];
  const visit = (prefix: Prefix, depth: number, indent: string): void => {
    if (depth === 0) return;
    const shown = prefix.children.slice(0, report.top);
    const others = prefix.children.slice(report.top);
    for (const [index, child] of shown.entries()) {
      const isLast = index === shown.length - 1 && others.length === 0;
      const place = passOn(child);
      lines.push([`${indent}${isLast ? end : branch}${showName(place.segment)}`, place.figures]);
      visit(place, depth - 1, indent + (isLast ? blank : bar));
    }
    if (others.length > 0)
      lines.push([`${indent}${end}other (${formatCount(others.length)})`, sumOfFigures(others)]);
  };
  const root = passOn(report.root);
  const all = foreign.keys === 0 ? '(all keys)' : '(of the layout)';
  lines.push([root.name === '' ? all : root.name, root.figures]);
  visit(root, report.depth, '');
  if (foreign.keys > 0) lines.push(['(not of the layout)', foreign]);
  const rows = lines.map(([label, figures]) => [
    truncate(label, LONGEST_NAME, terminal.unicode),
    formatCount(estimateKeys(figures.keys, report.scale).value),
    formatBytes(estimateBytes(figures, report.scale).value),
    formatPercent(figures.bytes / Math.max(1, report.tally.total.bytes)),
  ]);
  const tree = renderTable(
    [
      { title: 'prefix', flexible: true },
      { title: 'keys', align: 'right' },
      { title: 'memory', align: 'right' },
      { title: 'share', align: 'right' },
    ],
    rows,
    { ...terminal, interactive: false },
  );
  return [summaryText(report, terminal), tree, ...findingText(report, terminal)].join('\n\n');
}

/** For a comment on a pull request. */
export function renderMarkdown(report: AnalyzeReport): string {
  const summary = summaryOf(report).map(([name, value]) => `- **${name}**: ${value}`);
  const tables = tablesOf(report).map(({ title, columns, rows }) => {
    const table = renderMarkdownTable(
      columns.map((column) => column.title),
      rows,
      columns.map(({ align }) => align ?? 'left'),
    );
    return `### ${title}\n\n${table}`;
  });
  const findings = (report.findings ?? []).map(({ severity, title, evidence, mend }) => {
    const lines = [
      `- **${severity}**: ${escapeText(title)}`,
      ...evidence.map((line) => `  - ${escapeText(line)}`),
    ];
    return [...lines, '', '  ```sh', ...mend.map((line) => `  ${escapeText(line)}`), '  ```'].join('\n');
  });
  const advice =
    report.findings === undefined
      ? []
      : [`### Advice\n\n${findings.length === 0 ? 'Nothing to mend was found.' : findings.join('\n')}`];
  return ['## cachectl analyze', summary.join('\n'), ...tables, ...advice].join('\n\n');
}

import type { ReportViews } from '../cli/command.ts';
import { escapeText } from '../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { pad } from '../terminal/width.ts';
import { wrap } from '../terminal/wrap.ts';
import { countOf } from '../units/number.ts';
import type { Check, Status } from './check.ts';

/** What doctor found. */
export interface DoctorReport {
  /** `host:port/db`; `undefined` where nobody answers. */
  readonly target: string | undefined;
  readonly checks: readonly Check[];
}

/** All forms of the report. */
export function doctorViews(report: DoctorReport): ReportViews {
  const heading = ['check', 'result', 'finding', 'mend'];
  const rows = report.checks.map(({ name, status, message, mend }) => [
    name,
    status,
    escapeText(message),
    mend === undefined ? '' : escapeText(mend),
  ]);
  return {
    table: (terminal) =>
      terminal.interactive
        ? forPeople(report, terminal)
        : [
            renderTable(
              heading.map((title) => ({ title })),
              rows,
              terminal,
            ),
            '',
            summary(report),
          ].join('\n'),
    json: () => ({
      schema: 'cachectl/doctor/v1',
      target: report.target ?? null,
      passed: count(report, 'passed'),
      warnings: count(report, 'warning'),
      failed: count(report, 'failed'),
      skipped: count(report, 'skipped'),
      checks: report.checks.map(({ name, status, message, why, mend }) => ({
        name,
        status,
        message,
        why,
        mend: mend ?? null,
      })),
    }),
    csv: () => renderCsv(heading, rows),
    markdown: () => renderMarkdownTable(heading, rows),
  };
}

const NOTE = ' '.repeat(4);

/** A line for each check, and under what is not in order why it matters and what mends it. */
function forPeople(report: DoctorReport, terminal: TerminalInfo): string {
  const column = Math.max(...report.checks.map(({ name }) => name.length)) + 2;
  const lines = report.checks.flatMap((check) => {
    const indent = ' '.repeat(column + 10);
    const [first = '', ...rest] = wrap(escapeText(check.message), terminal.width - indent.length, '');
    const head = `${mark(check.status, terminal)} ${pad(check.name, column, 'left')}${first}`;
    const more = rest.map((line) => indent + line);
    if (check.status === 'passed' || check.status === 'skipped') return [head, ...more];
    return [
      head,
      ...more,
      ...wrap(`why: ${check.why}`, terminal.width, NOTE).map((line) => terminal.style.dim(line)),
      // A command is copied: it is not broken.
      ...(check.mend === undefined ? [] : [`${NOTE}mend: ${escapeText(check.mend)}`]),
    ];
  });
  return [...lines, '', summary(report)].join('\n');
}

/** The word says it; colour only says it again. */
function mark(status: Status, { style }: TerminalInfo): string {
  const word = pad(status, 9, 'left').slice(0, 9).trimEnd();
  const styled = { passed: style.good, warning: style.warn, failed: style.bad, skipped: style.dim }[status];
  return styled(word) + ' '.repeat(9 - word.length);
}

function count({ checks }: DoctorReport, status: Status): number {
  return checks.filter((check) => check.status === status).length;
}

function summary(report: DoctorReport): string {
  const parts = [
    countOf(count(report, 'passed'), 'check passed', 'checks passed'),
    countOf(count(report, 'warning'), 'warning'),
    `${count(report, 'failed')} failed`,
    ...(count(report, 'skipped') > 0 ? [`${count(report, 'skipped')} skipped`] : []),
  ];
  return parts.join(', ');
}

import { escapeText } from '../keys/printable.ts';
import { failureSubject } from './failure-view.ts';
import type { FailureGroup, WarmReport } from './report.ts';

/** More than this many of one kind GitHub does not show. Source: docs.github.com, "Workflow commands". */
const MOST = 10;

/** `::error` lines for GitHub Actions, one for each cause, at the place of the entry in the spec file. */
export function annotationLines(
  report: Pick<WarmReport, 'failures' | 'refusals' | 'specPath'>,
): readonly string[] {
  return [
    ...report.failures.map((group) => line(group, 'failed', report.specPath)),
    ...report.refusals.map((group) => line(group, 'not stored', report.specPath)),
  ].slice(0, MOST);
}

function line(group: FailureGroup, verb: string, specPath: string): string {
  const [example] = group.failures;
  const place = example === undefined ? '' : `file=${property(specPath)},line=${example.entry.at.line},`;
  const subject = example === undefined ? '' : `, as in ${failureSubject(example, specPath).join(' ')}`;
  const text = `${group.failures.length} ${verb}: ${escapeText(group.message)}${subject}`;
  return `::error ${place}title=cachectl warm::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

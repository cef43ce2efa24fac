import type { Annotation } from '../cli/github-actions.ts';
import { escapeText } from '../keys/printable.ts';
import { failureSubject } from './failure-view.ts';
import type { FailureGroup, WarmReport } from './report.ts';

/** What GitHub shows of a run: one error for each cause, at the place of the entry in the spec file. */
export function warmAnnotations(
  report: Pick<WarmReport, 'failures' | 'refusals' | 'specPath'>,
): readonly Annotation[] {
  return [
    ...report.failures.map((group) => annotation(group, 'failed', report.specPath)),
    ...report.refusals.map((group) => annotation(group, 'not stored', report.specPath)),
  ];
}

function annotation(group: FailureGroup, verb: string, specPath: string): Annotation {
  const [example] = group.failures;
  const subject = example === undefined ? '' : `, as in ${failureSubject(example, specPath).join(' ')}`;
  return {
    level: 'error',
    title: 'cachectl warm',
    message: `${group.failures.length} ${verb}: ${escapeText(group.message)}${subject}`,
    ...(example === undefined ? {} : { at: { path: specPath, line: example.entry.at.line } }),
  };
}

import type { Annotation, GithubReport } from '../cli/github-actions.ts';
import { escapeText } from '../keys/printable.ts';
import type { Verdict } from './verdict.ts';
import { measuredPhrase } from './view.ts';

/**
 * An error for each assertion that does not hold, at its line where it stands in a file.
 * @param markdown the report for the job's summary, verdicts included
 */
export function githubReport(
  verdicts: readonly Verdict[],
  title: string,
  markdown: string,
  placeOf: (verdict: Verdict) => Annotation['at'] = () => undefined,
): GithubReport {
  return {
    annotations: verdicts.flatMap((verdict) => {
      if (verdict.pass) return [];
      const at = placeOf(verdict);
      const message = `${escapeText(verdict.assertion.text)} does not hold: ${measuredPhrase(verdict)}`;
      return [{ level: 'error' as const, title, message, ...(at === undefined ? {} : { at }) }];
    }),
    summary: `### ${title}\n\n${markdown}`,
  };
}

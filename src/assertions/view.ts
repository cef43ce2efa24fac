import { escapeText } from '../keys/printable.ts';
import { renderMarkdownTable } from '../terminal/csv.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { displayWidth, pad } from '../terminal/width.ts';
import { UNITS } from './unit.ts';
import type { Verdict } from './verdict.ts';

/** A line for each verdict: `pass  hit_rate >= 80  measured 93.1`. Empty where there are none. */
export function renderVerdicts(verdicts: readonly Verdict[], terminal: TerminalInfo): string {
  const texts = verdicts.map(({ assertion }) => escapeText(assertion.text));
  const widest = Math.max(0, ...texts.map(displayWidth));
  return verdicts
    .map((verdict, index) => {
      const word = resultWord(verdict);
      const styled = verdict.pass ? terminal.style.good(word) : terminal.style.bad(word);
      return `${styled}  ${pad(texts[index] ?? '', widest, 'left')}  ${measuredPhrase(verdict)}`;
    })
    .join('\n');
}

/** The verdicts as a Markdown table. */
export function verdictsMarkdown(verdicts: readonly Verdict[]): string {
  return renderMarkdownTable(
    ['result', 'assertion', 'measured'],
    verdicts.map((verdict) => [
      resultWord(verdict),
      escapeText(verdict.assertion.text),
      measuredPhrase(verdict).replace(/^measured /, ''),
    ]),
    ['left', 'left', 'right'],
  );
}

/** A verdict as reports have it: numbers in the unit that the metric's name says, `null` where there is no data. */
export function verdictJson({ assertion, measured, wanted, outcome, pass, note }: Verdict): unknown {
  const { metric, operator, text } = assertion;
  return {
    assertion: text,
    metric: metric.jsonName ?? metric.name,
    ...(metric.group === undefined ? {} : { group: metric.group }),
    operator,
    wanted,
    measured,
    pass,
    outcome: outcome === 'no data' ? 'no_data' : outcome,
    ...(note === undefined ? {} : { note }),
  };
}

/**
 * What was measured, in one phrase: `measured 85 MB, wanted < 80 MB`. What was wanted is only said where the
 * assertion's text does not have the number itself.
 */
export function measuredPhrase(verdict: Verdict): string {
  const { assertion, measured, wanted, note } = verdict;
  const because = note === undefined ? '' : escapeText(note);
  if (measured === null) return `measured no data${because === '' ? '' : ` (${because})`}`;
  const parts = [`measured ${amountText(measured, verdict)}`];
  if (assertion.wanted.kind === 'derived' && wanted !== null) {
    parts.push(`wanted ${assertion.operator} ${amountText(wanted, verdict)}`);
  }
  if (because !== '') parts.push(because);
  return parts.join(', ');
}

/** `pass`, `FAIL`, or `none` where no data was allowed. */
export function resultWord({ outcome, pass }: Verdict): string {
  if (outcome === 'no data' && pass) return 'none';
  return pass ? 'pass' : 'FAIL';
}

/**
 * Percent as plain as an assertion is usually written. Where the rounded amount is the wanted one and the true
 * one is not, it has all its digits: "FAIL  p99 < 50ms  measured 50 ms" would be a riddle.
 */
function amountText(value: number, { assertion, measured, wanted }: Verdict): string {
  const { unit } = assertion.metric;
  const rounded = (amount: number): string =>
    unit === 'percent' ? amount.toFixed(1) : UNITS[unit].format(amount);
  const looksEqual =
    measured !== null && wanted !== null && measured !== wanted && rounded(measured) === rounded(wanted);
  return looksEqual ? UNITS[unit].exact(value) : rounded(value);
}

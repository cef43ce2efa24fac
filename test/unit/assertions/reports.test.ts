import { expect, test } from 'vitest';
import { parseAssertion } from '../../../src/assertions/assertion.ts';
import { githubReport } from '../../../src/assertions/github.ts';
import { renderJunit } from '../../../src/assertions/junit.ts';
import type { MetricUnit } from '../../../src/assertions/unit.ts';
import { evaluateAssertion } from '../../../src/assertions/verdict.ts';
import { measuredPhrase, renderVerdicts, verdictsMarkdown } from '../../../src/assertions/view.ts';
import { createStyle } from '../../../src/terminal/style.ts';

const vocabulary = {
  metrics: [{ name: 'hit_rate', unit: 'percent' as const }],
  groupMetrics: [{ name: 'hit_rate', unit: 'percent' as const }],
  hasBaseline: false,
};
const values: Readonly<Record<string, number>> = { hit_rate: 75 };
const verdicts = [
  { text: 'hit_rate >= 70', allow: false },
  { text: 'hit_rate > 80%', allow: false },
  { text: '"<a>&\u001b[31m".hit_rate >= 70', allow: false },
  { text: 'users.hit_rate >= 70', allow: true },
].map(({ text, allow }) =>
  evaluateAssertion(
    parseAssertion(text, vocabulary),
    { read: ({ written }) => ({ value: values[written] ?? null, absent: 'no reads' }) },
    allow,
  ),
);

test('a terminal or a log has a line for each', () => {
  const terminal = { interactive: false, width: 80, unicode: true, style: createStyle(false) };
  expect(renderVerdicts(verdicts, terminal)).toBe(
    [
      'pass  hit_rate >= 70                 measured 75.0',
      'FAIL  hit_rate > 80%                 measured 75.0',
      'FAIL  "<a>&\\x1b[31m".hit_rate >= 70  measured no data (no reads)',
      'none  users.hit_rate >= 70           measured no data (no reads)',
    ].join('\n'),
  );
});

test('an amount that would look like the wanted one has all its digits', () => {
  const phrase = (text: string, unit: MetricUnit, value: number): string =>
    measuredPhrase(
      evaluateAssertion(
        parseAssertion(text, { metrics: [{ name: 'm', unit }], groupMetrics: [], hasBaseline: false }),
        { read: () => ({ value }) },
      ),
    );
  expect(phrase('m >= 80', 'percent', 79.96)).toBe('measured 79.96');
  expect(phrase('m >= 80', 'percent', 80)).toBe('measured 80.0');
  expect(phrase('m < 50ms', 'milliseconds', 50.318)).toBe('measured 50.318 ms');
  expect(phrase('m < 5MB', 'bytes', 5 * 1024 * 1024 + 1)).toBe('measured 5,242,881 bytes');
  expect(phrase('m < 5MB', 'bytes', 6 * 1024 * 1024)).toBe('measured 6 MB');
  expect(phrase('m >= 3', 'factor', 2.96)).toBe('measured 2.96x');
});

test('Markdown has a table of them', () => {
  expect(verdictsMarkdown(verdicts.slice(0, 2))).toBe(
    [
      '| result | assertion | measured |',
      '| --- | --- | ---: |',
      '| pass | hit_rate >= 70 | 75.0 |',
      '| FAIL | hit_rate > 80% | 75.0 |',
    ].join('\n'),
  );
});

test('JUnit has a test case for each, with failures, a skipped one, and nothing that XML forbids', () => {
  const frame = { suite: 'cachectl stats', target: 'cache:6379/0', startedAt: 0, elapsedMs: 1_234 };
  expect(renderJunit(verdicts, frame)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="cachectl stats" tests="4" failures="2" errors="0" skipped="1" time="1.234" timestamp="1970-01-01T00:00:00">
    <properties>
      <property name="target" value="cache:6379/0"/>
    </properties>
    <testcase classname="cachectl.stats" name="hit_rate &gt;= 70" time="0.000">
      <system-out>measured 75.0</system-out>
    </testcase>
    <testcase classname="cachectl.stats" name="hit_rate &gt; 80%" time="0.000">
      <failure type="assertion" message="measured 75.0">hit_rate &gt; 80%: measured 75.0</failure>
    </testcase>
    <testcase classname="cachectl.stats" name="&quot;&lt;a&gt;&amp;\\x1b[31m&quot;.hit_rate &gt;= 70" time="0.000">
      <failure type="no data" message="measured no data (no reads)">&quot;&lt;a&gt;&amp;\\x1b[31m&quot;.hit_rate &gt;= 70: measured no data (no reads)</failure>
    </testcase>
    <testcase classname="cachectl.stats" name="users.hit_rate &gt;= 70" time="0.000">
      <skipped message="measured no data (no reads)"/>
    </testcase>
  </testsuite>
</testsuites>`);
});

test('GitHub gets an error for each that does not hold, at its line, and the report as the summary', () => {
  const report = githubReport(verdicts.slice(0, 2), 'cachectl stats', '| a |', () => ({
    path: 'cachectl.yaml',
    line: 7,
  }));
  expect(report).toEqual({
    annotations: [
      {
        level: 'error',
        title: 'cachectl stats',
        message: 'hit_rate > 80% does not hold: measured 75.0',
        at: { path: 'cachectl.yaml', line: 7 },
      },
    ],
    summary: '### cachectl stats\n\n| a |',
  });
});

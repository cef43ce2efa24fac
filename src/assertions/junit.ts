import { escapeText } from '../keys/printable.ts';
import type { Verdict } from './verdict.ts';
import { measuredPhrase } from './view.ts';

/** What stands around the verdicts in a JUnit report. */
export interface JunitFrame {
  /** `cachectl stats`: the suite's name. */
  readonly suite: string;
  /** What was measured: `host:port/db`. */
  readonly target: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly elapsedMs: number;
}

/**
 * JUnit XML with one test case for each assertion, in the subset that GitLab, Jenkins and GitHub's actions
 * read. GitLab shows the text of a failure and not its `message`, so both say what was measured.
 * Source: docs.gitlab.com, "Unit test reports".
 */
export function renderJunit(verdicts: readonly Verdict[], frame: JunitFrame): string {
  const count = (is: (verdict: Verdict) => boolean): number => verdicts.filter(is).length;
  const suite = attributes({
    name: frame.suite,
    tests: verdicts.length,
    failures: count(({ pass }) => !pass),
    errors: 0,
    skipped: count(isSkipped),
    time: (frame.elapsedMs / 1_000).toFixed(3),
    timestamp: new Date(frame.startedAt).toISOString().replace(/\.\d+Z$/, ''),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite${suite}>`,
    '    <properties>',
    `      <property${attributes({ name: 'target', value: frame.target })}/>`,
    '    </properties>',
    ...verdicts.flatMap((verdict) => testCase(verdict, frame.suite)),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

function testCase(verdict: Verdict, suite: string): readonly string[] {
  const { text } = verdict.assertion;
  const said = measuredPhrase(verdict);
  const head = `    <testcase${attributes({ classname: suite.replaceAll(' ', '.'), name: text, time: '0.000' })}`;
  if (isSkipped(verdict)) {
    return [`${head}>`, `      <skipped${attributes({ message: said })}/>`, '    </testcase>'];
  }
  if (verdict.pass) return [`${head}>`, `      <system-out>${xml(said)}</system-out>`, '    </testcase>'];
  const type = verdict.outcome === 'no data' ? 'no data' : 'assertion';
  return [
    `${head}>`,
    `      <failure${attributes({ type, message: said })}>${xml(`${text}: ${said}`)}</failure>`,
    '    </testcase>',
  ];
}

function isSkipped({ outcome, pass }: Verdict): boolean {
  return outcome === 'no data' && pass;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xml(String(value))}"`)
    .join('');
}

/** Control characters have no place in XML 1.0, not even as references: they are escaped first. */
function xml(text: string): string {
  return escapeText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

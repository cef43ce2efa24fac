import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAssertion, type Assertion } from '../../assertions/assertion.ts';
import { renderJunit } from '../../assertions/junit.ts';
import { assertionExitCode, evaluateAssertion, type Verdict } from '../../assertions/verdict.ts';
import { renderVerdicts, verdictJson, verdictsMarkdown } from '../../assertions/view.ts';
import type { JsonDocument, Outcome } from '../../cli/command.ts';
import { UsageError } from '../../cli/errors.ts';
import { fileCause } from '../../cli/file-cause.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { escapeText } from '../../keys/printable.ts';
import { readMetric, vocabularyOf, type ReportKind } from './metrics.ts';

/** What has to hold, and since when it is measured. */
export interface Gate {
  readonly kind: ReportKind;
  readonly assertions: readonly Assertion[];
  /** An earlier report. */
  readonly baseline: JsonDocument | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * Reads assertions.
 * @param flag where they stand
 * @throws UsageError for one that cannot be read, or speaks of something that this report has not
 */
export function parseGate(
  texts: readonly string[],
  kind: ReportKind,
  hasBaseline: boolean,
  flag = '--assert',
): readonly Assertion[] {
  return texts.map((text) => parseAssertion(text, vocabularyOf(kind, hasBaseline), flag));
}

/**
 * Reads an earlier report.
 * @throws UsageError where the file is none
 */
export async function readBaseline(file: string, cwd: string): Promise<JsonDocument> {
  const shown = escapeText(file);
  let text: string;
  try {
    text = await readFile(path.resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new UsageError(`--baseline ${shown} cannot be read: ${fileCause(error, 'read')}`);
  }
  const document = parseDocument(text);
  if (document?.['schema'] !== 'cachectl/loadtest/v1') {
    throw new UsageError(`--baseline ${shown} is no report of a load test`, {
      hint: `one is what cachectl loadtest ... --json > ${shown} leaves there`,
    });
  }
  return document as JsonDocument;
}

function parseDocument(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null
      ? (document as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The outcome with what became of its assertions. Where there are some, they decide alone: failed requests are
 * what an error rate is asserted for.
 */
export function gated(
  outcome: Outcome,
  { kind, assertions, baseline, startedAt }: Gate,
  now: number,
): Outcome {
  const { views } = outcome;
  const document = views.json();
  const verdicts = assertions.map((assertion): Verdict =>
    evaluateAssertion(assertion, {
      read: (metric) => ({ value: readMetric(kind, document, metric) }),
      ...(baseline && { baseline: (metric) => ({ value: readMetric(kind, baseline, metric) }) }),
    }),
  );
  const markdown = views.markdown;
  const frame = { suite: 'cachectl loadtest', target: kind, startedAt, elapsedMs: now - startedAt };
  const base = outcome.exitCode === ExitCode.partial ? ExitCode.ok : outcome.exitCode;
  const failed = assertionExitCode(verdicts);
  return {
    ...outcome,
    exitCode: verdicts.length === 0 ? outcome.exitCode : failed === ExitCode.ok ? base : failed,
    views: {
      ...views,
      table: (terminal) =>
        [views.table(terminal), renderVerdicts(verdicts, terminal)]
          .filter((part) => part !== '')
          .join('\n\n'),
      json: () => ({ ...document, assertions: verdicts.map(verdictJson) }),
      ...(markdown && {
        markdown: () =>
          verdicts.length === 0 ? markdown() : `${markdown()}\n\n${verdictsMarkdown(verdicts)}`,
      }),
      junit: () => renderJunit(verdicts, frame),
    },
  };
}

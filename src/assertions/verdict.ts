import { ExitCode } from '../cli/exit-code.ts';
import { OPERATORS, type Assertion } from './assertion.ts';
import type { NamedMetric } from './vocabulary.ts';

/** A metric as it was measured. */
export interface Reading {
  /** In the metric's unit; `null` where there is no data. */
  readonly value: number | null;
  /** Why there is none, in a few words: "no reads". */
  readonly absent?: string | undefined;
}

/** What assertions are held against. The numbers are the reported ones: what is printed is what is judged. */
export interface Measurements {
  readonly read: (metric: NamedMetric) => Reading;
  /** The earlier measurement. Missing where no assertion can speak of one. */
  readonly baseline?: (metric: NamedMetric) => Reading;
}

/** What became of an assertion. */
export interface Verdict {
  readonly assertion: Assertion;
  /** In the metric's unit; `null` where there is no data. */
  readonly measured: number | null;
  /** In the metric's unit; `null` where it depends on something of which there is no data. */
  readonly wanted: number | null;
  readonly outcome: 'pass' | 'fail' | 'no data';
  /** Whether the gate stays open: no data closes it unless that was allowed. */
  readonly pass: boolean;
  /** Why there is no data: "no reads", or what it is compared with has none, "maxmemory: no limit". */
  readonly note: string | undefined;
}

/** Compares with what was measured. */
export function evaluateAssertion(
  assertion: Assertion,
  measurements: Measurements,
  allowNoData = false,
): Verdict {
  const { metric, operator, wanted: side } = assertion;
  const measured = measurements.read(metric);
  const wanted: Reading =
    side.kind === 'amount' ? { value: side.amount } : derive(side, metric, measurements);
  if (measured.value === null || wanted.value === null) {
    return {
      assertion,
      measured: measured.value,
      wanted: wanted.value,
      outcome: 'no data',
      pass: allowNoData,
      note:
        measured.value === null ? measured.absent : `${sourceName(assertion)}: ${wanted.absent ?? 'no data'}`,
    };
  }
  const pass = OPERATORS[operator](measured.value, wanted.value);
  return {
    assertion,
    measured: measured.value,
    wanted: wanted.value,
    outcome: pass ? 'pass' : 'fail',
    pass,
    note: undefined,
  };
}

function derive(
  side: Extract<Assertion['wanted'], { kind: 'derived' }>,
  metric: NamedMetric,
  { read, baseline }: Measurements,
): Reading {
  const source = side.of === 'baseline' ? (baseline?.(metric) ?? { value: null }) : read(side.of);
  return source.value === null ? source : { value: source.value * side.factor + side.offset };
}

function sourceName({ wanted }: Assertion): string {
  if (wanted.kind === 'amount') return '';
  return wanted.of === 'baseline' ? 'baseline' : wanted.of.written;
}

/** 0 where every gate is open, otherwise 6. */
export function assertionExitCode(verdicts: readonly Verdict[]): ExitCode {
  return verdicts.every((verdict) => verdict.pass) ? ExitCode.ok : ExitCode.assertion;
}

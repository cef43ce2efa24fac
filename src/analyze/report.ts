import { ExitCode } from '../cli/exit-code.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisTarget } from '../redis/types.ts';
import type { Scale } from './estimate.ts';
import type { Finding } from './advice/finding.ts';
import type { HotKeys } from './hot.ts';
import { patternsOf, prefixesAt, sumUp, type Pattern, type Prefix } from './prefixes.ts';
import type { Question, Questions } from './questions.ts';
import type { KeyReading } from './read-keys.ts';
import type { Tally } from './tally.ts';

/** What `analyze` found. */
export interface AnalyzeReport {
  readonly target: RedisTarget;
  readonly layout: Layout;
  /** As `selectionJson` gives it. */
  readonly selection: Readonly<Record<string, unknown>>;
  readonly reading: KeyReading;
  readonly scale: Scale;
  readonly tally: Tally;
  readonly depth: number;
  /** Rows of each table. */
  readonly top: number;
  readonly root: Prefix;
  readonly prefixes: readonly Prefix[];
  readonly patterns: readonly Pattern[];
  /** Questions that were asked of every key. */
  readonly known: ReadonlySet<Question>;
  readonly questions: Questions;
  /** What was read and written while it was listened to; `undefined` where nobody asked. */
  readonly hot: HotKeys | undefined;
  /** What should be done about it; `undefined` where nobody asked. */
  readonly findings: readonly Finding[] | undefined;
  readonly interrupted: boolean;
  /** Milliseconds since the epoch. */
  readonly madeAtMs: number;
}

/** Puts a report together from what was counted. */
export function makeReport(
  parts: Omit<AnalyzeReport, 'scale' | 'root' | 'prefixes' | 'patterns' | 'known'>,
): AnalyzeReport {
  const { reading, tally, depth, questions } = parts;
  const root = sumUp(tally.tree.root);
  return {
    ...parts,
    scale: { looked: reading.looked, all: reading.keyCount, isSample: reading.isSample },
    root,
    prefixes: prefixesAt(root, depth),
    patterns: patternsOf(root),
    known: new Set(questions.asked),
  };
}

/** A server that was not read to its end makes the report a partial one. */
export function analyzeExitCode({ reading }: AnalyzeReport): ExitCode {
  return reading.lost.length > 0 ? ExitCode.partial : ExitCode.ok;
}

import { UsageError } from '../cli/errors.ts';
import { nearest } from '../text/nearest.ts';
import type { MetricUnit } from './unit.ts';

/** One number that a command measures, as assertions name it. */
export interface MetricTerm {
  readonly name: string;
  readonly unit: MetricUnit;
  /** Its field in the JSON report, which assertions know as well; the name itself where it is left out. */
  readonly jsonName?: string;
}

/** What the assertions of one command may speak of. */
export interface Vocabulary {
  readonly metrics: readonly MetricTerm[];
  /** What is measured of each group as well: `users.hit_rate`. */
  readonly groupMetrics?: readonly MetricTerm[];
  /** The groups there are; where it is left out, they are only known once they have been measured. */
  readonly groups?: readonly string[];
  /** What to do so that there are groups, where there are none. */
  readonly groupsHint?: string;
  /** Whether there is an earlier measurement to compare with. */
  readonly hasBaseline: boolean;
  /** What to do so that there is one: "give the earlier measurement with --baseline FILE". */
  readonly baselineHint?: string;
}

/** A metric of the vocabulary, of the whole or of one group. */
export interface NamedMetric extends MetricTerm {
  readonly group: string | undefined;
  /** As it was written: `users.hit_rate`. */
  readonly written: string;
}

/**
 * Finds what a name means. A group's name may hold dots (the last one counts) and may be in double quotes.
 * @throws UsageError with the nearest name
 */
export function findMetric(written: string, vocabulary: Vocabulary, subject: string): NamedMetric {
  const whole = byName(vocabulary.metrics, written);
  if (whole !== undefined) return { ...whole, group: undefined, written };
  const dot = written.lastIndexOf('.');
  if (dot <= 0) throw unknownMetric(written, vocabulary, subject);
  const group = unquote(written.slice(0, dot));
  const base = written.slice(dot + 1);
  const { groupMetrics = [], groups } = vocabulary;
  if (groupMetrics.length === 0) {
    throw new UsageError(`${subject}: there are no groups here, and so no "${written}"`, {
      hint: vocabulary.groupsHint,
    });
  }
  const metric = byName(groupMetrics, base);
  if (metric === undefined) {
    const names = groupMetrics.map(({ name }) => name);
    throw new UsageError(`${subject}: there is no metric "${base}" of a group`, {
      hint: suggest(nearest(base, names), `the metrics of a group are ${names.join(', ')}`),
    });
  }
  if (groups !== undefined && !groups.includes(group)) {
    throw new UsageError(`${subject}: there is no group "${group}"`, {
      hint: suggest(nearest(group, groups), `the groups are ${groups.join(', ')}`),
    });
  }
  return { ...metric, group, written };
}

function byName(metrics: readonly MetricTerm[], name: string): MetricTerm | undefined {
  return metrics.find((candidate) => candidate.name === name || candidate.jsonName === name);
}

function unknownMetric(name: string, vocabulary: Vocabulary, subject: string): UsageError {
  const names = vocabulary.metrics.map((metric) => metric.name);
  return new UsageError(`${subject}: there is no metric "${name}"`, {
    hint: suggest(nearest(name, names), `the metrics are ${names.join(', ')}`),
  });
}

function suggest(guess: string | undefined, list: string): string {
  return guess === undefined ? list : `did you mean ${guess}? ${list}`;
}

function unquote(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1) : text;
}

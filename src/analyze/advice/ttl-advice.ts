import { shownKey } from '../../selection/describe.ts';
import { formatBytes } from '../../units/bytes.ts';
import { formatDurationMs } from '../../units/duration.ts';
import { countOf, formatCount, formatPercent } from '../../units/number.ts';
import { estimateKeys } from '../estimate.ts';
import { passOn, type Pattern, type Prefix } from '../prefixes.ts';
import type { AnalyzeReport } from '../report.ts';
import type { Finding } from './finding.ts';
import { patternFlag, typedDuration } from './wording.ts';

/** Fewer keys are no rule that others could be an exception of. */
const FEWEST_KEYS = 20;
/** More than this is no exception any more. */
const MOST_EXCEPTIONS = 0.2;
/** What holds so much of the exceptions is where they come from. */
const SOURCE_SHARE = 0.9;

/** Keys without TTL under a prefix whose other keys have one. */
export function missingTtl(report: AnalyzeReport): readonly Finding[] {
  if (!report.known.has('ttl')) return [];
  const found: Finding[] = [];
  const visit = (prefix: Prefix): void => {
    const { keys, withoutTtl } = prefix.figures;
    if (withoutTtl === 0) return;
    const isException = keys >= FEWEST_KEYS && withoutTtl <= MOST_EXCEPTIONS * keys;
    if (isException) found.push(missingFinding(prefix, sourceOf(prefix), report));
    else for (const child of prefix.children) visit(child);
  };
  for (const child of passOn(report.root).children) visit(child);
  return found;
}

/** As far down as nearly all of the exceptions are. */
function sourceOf(prefix: Prefix): Prefix {
  const source = prefix.children.find(
    ({ figures }) => figures.withoutTtl >= SOURCE_SHARE * prefix.figures.withoutTtl,
  );
  return source === undefined ? prefix : sourceOf(source);
}

function missingFinding(prefix: Prefix, source: Prefix, report: AnalyzeReport): Finding {
  const { figures } = prefix;
  const { scale, layout } = report;
  const without = estimateKeys(figures.withoutTtl, scale).value;
  const meanMs = figures.lifeMs / (figures.keys - figures.withoutTtl);
  const example = figures.exampleWithoutTtl;
  return {
    code: 'ttl.missing',
    severity: 'warning',
    subject: source.name,
    title: `${about(report)}${formatCount(without)} of ${countOf(estimateKeys(figures.keys, scale).value, 'key')} under ${prefix.name} never expire, and the others do`,
    evidence: [
      `they take ${formatBytes((figures.bytesWithoutTtl / figures.withoutTtl) * without)}; the others have ${formatDurationMs(meanMs)} left on average`,
      ...(source.name === prefix.name ? [] : [`they are ${source.name}`]),
      ...(example === undefined ? [] : [`for example ${shownKey(example, layout)}`]),
    ],
    mend: [
      `cachectl ttl ${patternFlag(source.glob)} --set ${typedDuration(Math.max(60_000, meanMs))} --only-missing --jitter 10%`,
    ],
  };
}

function about({ scale }: AnalyzeReport): string {
  return scale.isSample ? 'about ' : '';
}

/** A common moment of fewer keys is no stampede. */
const FEWEST_EXPIRING = 100;
const FEWEST_SAMPLED = 20;
const WINDOW_MS = 60_000;
const TOGETHER = 0.5;
/** What lives only minutes expires within minutes, however it is spread. */
const LONG_LIFE_MS = 10 * WINDOW_MS;

/** Patterns most of whose keys expire in the same minute, though they have long to live. */
export function expiringTogether(report: AnalyzeReport): readonly Finding[] {
  return report.patterns.flatMap((pattern) => togetherFinding(pattern, report) ?? []);
}

function togetherFinding(pattern: Pattern, report: AnalyzeReport): Finding | undefined {
  const { keys, withoutTtl, expiries } = pattern.own;
  const expiring = estimateKeys(keys - withoutTtl, report.scale).value;
  const times = expiries.items.toSorted((a, b) => a - b);
  if (expiring < FEWEST_EXPIRING || times.length < FEWEST_SAMPLED) return undefined;
  const { count, fromMs } = densest(times);
  const leftMs = fromMs - report.madeAtMs;
  if (count < TOGETHER * times.length || leftMs < LONG_LIFE_MS) return undefined;
  const share = count / times.length;
  return {
    code: 'ttl.together',
    severity: 'warning',
    subject: pattern.name,
    title: `about ${formatPercent(share)} of the ${countOf(expiring, 'key')} ${pattern.name} expire in the same minute`,
    evidence: [
      `${formatCount(count)} of ${countOf(times.length, 'key')} that were noted expire within 60 s from ${new Date(fromMs).toISOString()} on`,
      `that is in ${formatDurationMs(leftMs)}; whoever reads them then finds nothing, all at once`,
    ],
    mend: [
      `cachectl ttl ${patternFlag(pattern.glob)} --set ${typedDuration(leftMs)} --jitter 10%`,
      'ttl_jitter: 10%   # under defaults: in the spec file, for what warm writes',
    ],
  };
}

/** The minute in which most of the times are. @param times in rising order */
function densest(times: readonly number[]): { readonly count: number; readonly fromMs: number } {
  let best = { count: 0, fromMs: 0 };
  let last = 0;
  for (const [first, fromMs] of times.entries()) {
    while (last < times.length && (times[last] ?? 0) < fromMs + WINDOW_MS) last++;
    if (last - first > best.count) best = { count: last - first, fromMs };
  }
  return best;
}

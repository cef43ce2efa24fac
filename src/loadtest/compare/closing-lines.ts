import { escapeText } from '../../keys/printable.ts';
import { countOf, formatCount } from '../../units/number.ts';
import { formatLatency, formatMean, formatTimes } from '../figures.ts';
import {
  isNoise,
  type EndpointReport,
  type LoadtestReport,
  type PhaseHits,
  type ScopeReport,
} from './report.ts';

/** Medians closer than this are the same to anybody who looks at them. */
const SAME_WITHIN = 1.05;

/** The interval of the difference has zero in it. */
const NO_DIFFERENCE = 'answers no differently from the cache: the difference is smaller than the noise';

/** The result in plain words: a line for each scope, one for each bare address. */
export function closingLines(report: LoadtestReport): readonly string[] {
  return [
    ...report.scopes.flatMap((scope) => scopeLine(scope, report.countHeader) ?? []),
    ...report.endpoints.flatMap((endpoint) => addressLine(endpoint) ?? []),
    ...hitLines(report),
  ];
}

function hitLines({ hits }: LoadtestReport): readonly string[] {
  if (hits === undefined) return [];
  if (hits.warm.hits + hits.warm.misses === 0) {
    return ['nothing was read from Redis: --compare origin,cache reads the entries as an application would'];
  }
  const text = ({ hits: found, misses }: PhaseHits): string =>
    `${formatCount(found)} of ${countOf(found + misses, 'read')}`;
  return [`hits in Redis: ${text(hits.cold)} while cold, ${text(hits.warm)} while warm`];
}

function scopeLine(scope: ScopeReport, countHeader: string | undefined): string | undefined {
  const without = scope.withoutCache?.p50Ms;
  const cached = scope.withCache?.p50Ms;
  if (without === undefined || cached === undefined) return undefined;
  const speed = isNoise(scope) ? NO_DIFFERENCE : speedText(without, cached);
  const parts = [`${escapeText(scope.scope)} ${speed}`];
  const saved = savedText(scope, countHeader);
  if (saved !== undefined) parts.push(saved);
  return parts.join('; ');
}

function speedText(without: number, cached: number): string {
  const ratio = cached > 0 ? without / cached : Number.POSITIVE_INFINITY;
  if (!Number.isFinite(ratio)) return 'answers at once from the cache';
  if (ratio >= SAME_WITHIN) return `answers ${formatTimes(ratio)} times faster from the cache`;
  if (ratio > 1 / SAME_WITHIN) return 'answers no faster from the cache';
  return `answers ${formatTimes(1 / ratio)} times slower from the cache`;
}

function savedText(scope: ScopeReport, countHeader: string | undefined): string | undefined {
  const without = scope.withoutCache?.countHeaderMean;
  const cached = scope.withCache?.countHeaderMean;
  if (countHeader === undefined || without === undefined || cached === undefined) return undefined;
  const saved = without - cached;
  if (saved <= 0) return undefined;
  const text = formatMean(saved);
  const words = countedThing(countHeader);
  if (words === undefined) return `${countHeader} falls by ${text} a page`;
  return text === '1'
    ? `1 ${words.slice(0, -1).replace(/ie$/, 'y')} a page is saved`
    : `${text} ${words} a page are saved`;
}

/** `X-DB-Queries` counts database queries; a header that is no plural is called by its name. */
function countedThing(header: string): string | undefined {
  const words = header.toLowerCase().replace(/^x-/, '').split('-');
  if (!/[a-z]s$/.test(words.at(-1) ?? '')) return undefined;
  return words.map((word) => (word === 'db' ? 'database' : word)).join(' ');
}

function addressLine({ endpoint, withoutCache }: EndpointReport): string | undefined {
  if (endpoint.kind !== 'address' || withoutCache?.p50Ms === undefined) return undefined;
  return `${endpoint.label} answers in ${formatLatency(withoutCache.p50Ms)} at the median`;
}

/** What failed, what was left out and why; one line each. */
export function troubleLines(report: LoadtestReport): readonly string[] {
  const lines = [...report.problems];
  for (const { endpoint, withoutCache, withCache, problem } of report.endpoints) {
    const phases = [
      [endpoint.kind === 'entry' ? ' without cache' : '', withoutCache],
      [' with cache', withCache],
    ] as const;
    for (const [name, phase] of phases) {
      if (phase === undefined || phase.errors === 0) continue;
      const causes = phase.errorsByCause
        .map(([cause, count]) => `${escapeText(cause)} (${count})`)
        .join(', ');
      lines.push(
        `${endpoint.label}${name}: ${phase.errors} of ${countOf(phase.requests, 'request')} failed: ${causes}`,
      );
    }
    if (problem !== undefined) lines.push(`${endpoint.label}: ${problem}`);
  }
  if (report.interrupted) lines.push(...interruptedLines(report));
  return lines;
}

function interruptedLines({ endpoints }: LoadtestReport): readonly string[] {
  const unreached = endpoints.filter(
    ({ withoutCache, problem }) => withoutCache === undefined && problem === undefined,
  );
  const partly = endpoints.filter(
    ({ withoutCache, withCache, endpoint, problem }) =>
      endpoint.kind === 'entry' &&
      withoutCache !== undefined &&
      withCache === undefined &&
      problem === undefined,
  );
  return [
    ...partly.map(({ endpoint }) => `${endpoint.label}: stopped before it was read from the cache`),
    ...(unreached.length === 0 ? [] : [`not reached: ${countOf(unreached.length, 'endpoint')}`]),
  ];
}

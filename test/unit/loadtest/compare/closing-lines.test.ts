import { describe, expect, it } from 'vitest';
import { closingLines } from '../../../../src/loadtest/compare/closing-lines.ts';
import type { LoadtestReport, PhaseReport } from '../../../../src/loadtest/compare/report.ts';

function phase(p50Ms: number | undefined, countHeaderMean?: number): PhaseReport {
  return {
    requests: 10,
    errors: 0,
    errorsByCause: [],
    unfinished: 0,
    durationMs: 100,
    requestsPerSecond: 100,
    meanMs: p50Ms,
    p50Ms,
    p95Ms: p50Ms,
    p99Ms: p50Ms,
    maxMs: p50Ms,
    countHeaderMean,
  };
}

function lineFor(
  without: PhaseReport,
  cached: PhaseReport,
  countHeader?: string,
  improvementInterval?: { readonly low: number; readonly high: number },
): string | undefined {
  const report: LoadtestReport = {
    phases: 'origin,cache',
    connections: 1,
    repeat: 5,
    hits: undefined,
    countHeader,
    interrupted: false,
    endpoints: [],
    problems: [],
    scopes: [
      {
        scope: 'homepage',
        endpoints: 1,
        withoutCache: without,
        withCache: cached,
        improvementPercent: undefined,
        improvementInterval,
      },
    ],
  };
  return closingLines(report)[0];
}

function hitLine(hits: NonNullable<LoadtestReport['hits']>): string | undefined {
  const report: LoadtestReport = {
    phases: 'cold,warm',
    connections: 1,
    repeat: 5,
    hits,
    countHeader: undefined,
    interrupted: false,
    endpoints: [],
    problems: [],
    scopes: [],
  };
  return closingLines(report).at(-1);
}

describe('the closing line', () => {
  it.each([
    [62, 1, 'homepage answers 62 times faster from the cache'],
    [3, 2, 'homepage answers 1.5 times faster from the cache'],
    [100, 99, 'homepage answers no faster from the cache'],
    [99, 100, 'homepage answers no faster from the cache'],
    [1, 4, 'homepage answers 4 times slower from the cache'],
    [5, 0, 'homepage answers at once from the cache'],
  ])('says what %d ms against %d ms mean', (without, cached, line) => {
    expect(lineFor(phase(without), phase(cached))).toBe(line);
  });

  it.each([
    ['X-DB-Queries', 12, '12 database queries a page are saved'],
    ['X-DB-Queries', 1, '1 database query a page is saved'],
    ['Backend-Calls', 2.5, '2.5 backend calls a page are saved'],
    ['X-Query-Count', 12, 'X-Query-Count falls by 12 a page'],
  ])('says what %s of %d means', (header, mean, words) => {
    expect(lineFor(phase(20, mean), phase(1, 0), header)).toBe(
      `homepage answers 20 times faster from the cache; ${words}`,
    );
  });

  it('claims no saving where nothing was counted', () => {
    expect(lineFor(phase(20, 0), phase(1, 0), 'X-DB-Queries')).toBe(
      'homepage answers 20 times faster from the cache',
    );
    expect(lineFor(phase(20), phase(1, 0), 'X-DB-Queries')).toBe(
      'homepage answers 20 times faster from the cache',
    );
  });

  it('claims no difference that is smaller than the noise', () => {
    expect(lineFor(phase(20), phase(10), undefined, { low: -8, high: 60 })).toBe(
      'homepage answers no differently from the cache: the difference is smaller than the noise',
    );
    expect(lineFor(phase(20), phase(10), undefined, { low: 8, high: 60 })).toContain('2 times faster');
  });

  it('says what Redis counted, and what else to ask where that is nothing', () => {
    const none = { hits: 0, misses: 0 };
    expect(hitLine({ cold: { hits: 0, misses: 4 }, warm: { hits: 40, misses: 0 } })).toBe(
      'hits in Redis: 0 of 4 reads while cold, 40 of 40 reads while warm',
    );
    expect(hitLine({ cold: none, warm: none })).toBe(
      'nothing was read from Redis: --compare origin,cache reads the entries as an application would',
    );
  });

  it('is left out where there is nothing to compare', () => {
    expect(lineFor(phase(undefined), phase(1))).toBeUndefined();
  });
});

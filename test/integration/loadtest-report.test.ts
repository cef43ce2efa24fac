import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parse, useLoadtestPlace } from './loadtest-place.ts';

const place = useLoadtestPlace();

/** Figures differ from run to run; their places and units do not. */
function normalised(text: string): string {
  return text
    .replaceAll(place().origin.url, 'http://origin')
    .replace(/ *\b[\d.,]+ (ms|s)\b/g, ' T')
    .replace(/ +[\d,.]+( +\d+)?$/gm, (_, errors: string | undefined) =>
      ` N ${(errors ?? '').trim()}`.trimEnd(),
    )
    .replace(/ *>?\d+(\.\d)?%/g, ' P')
    .replace(/ \d[\d,.]* times/g, ' N times')
    .replace(/ {2,}/g, ' ');
}

describe('the report of cachectl loadtest', () => {
  it('is a comparison, the details and a line in plain words', async () => {
    const { origin, loadtest } = place();
    // So slow that on any machine the cache is quicker by more than noise.
    origin.onRequest = () => setTimeout(100);
    const result = await loadtest('--scope homepage --requests 20 --count-header X-DB-Queries');
    expect(normalised(result.stdout)).toBe(
      [
        'endpoint without cache p95 with cache p95 improvement X-DB-Queries hits',
        '/slow T T T T P 12 -> 0 P',
        '/second T T T T P 12 -> 0 P',
        'homepage: 2 endpoints T T T T P 12 -> 0 P',
        '',
        'endpoint phase p95 p99 max requests/s errors',
        '/slow without cache T T T N 0',
        '/slow with cache T T T N 0',
        '/second without cache T T T N 0',
        '/second with cache T T T N 0',
        '',
        'homepage answers N times faster from the cache; 12 database queries a page are saved',
        '',
      ].join('\n'),
    );
    expect(result.stderr).toBe('');
  });

  it.each([60, 80, 120])('fits a terminal of %i columns', async (columns) => {
    const { loadtest } = place();
    const result = await loadtest('--scope homepage --requests 2 --count-header X-DB-Queries', { columns });
    const lines = result.stdout.split('\n').filter((line) => /^[┌├└│]/.test(line));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(result.stdout).toContain('/slow');
    expect(result.stdout).toContain('12 -> 0');
  });

  it('has every figure under a name with its unit in JSON', async () => {
    const { origin, loadtest } = place();
    const report = parse(await loadtest('--scope fast --requests 2 --json'));
    expect(report.schema).toBe('cachectl/loadtest/v1');
    expect(Object.keys(report)).toEqual([
      'schema',
      'kind',
      'compare',
      'connections',
      'repeat',
      'count_header',
      'interrupted',
      'endpoints',
      'scopes',
      'hits',
      'problems',
      'summary',
      'assertions',
    ]);
    const [endpoint] = report.endpoints;
    expect(endpoint).toMatchObject({ url: `${origin.url}/fast`, problem: null });
    for (const phase of [endpoint?.without_cache, endpoint?.with_cache]) {
      expect(phase).toEqual({
        requests: 2,
        errors: 0,
        errors_by_cause: {},
        unfinished: 0,
        duration_ms: expect.any(Number) as number,
        requests_per_second: expect.any(Number) as number,
        mean_ms: expect.any(Number) as number,
        p50_ms: expect.any(Number) as number,
        p95_ms: expect.any(Number) as number,
        p99_ms: expect.any(Number) as number,
        max_ms: expect.any(Number) as number,
        count_header_mean: null,
      });
    }
  });

  it('has a line for each phase in CSV', async () => {
    const { loadtest } = place();
    const lines = (await loadtest('--scope fast --requests 2 -o csv')).stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(
      'endpoint,scope,key,phase,requests,errors,duration_ms,requests_per_second,mean_ms,p50_ms,p95_ms,p99_ms,max_ms,count_header_mean,improvement_percent,hits,misses',
    );
    expect(lines.slice(1).map((line) => line.split(',').slice(0, 6))).toEqual([
      ['/fast', 'fast', 'page:fast', 'without_cache', '2', '0'],
      ['/fast', 'fast', 'page:fast', 'with_cache', '2', '0'],
    ]);
  });

  it('is two tables and a list in Markdown', async () => {
    const { loadtest } = place();
    const text = (await loadtest('--scope fast --requests 2 --count-header X-DB-Queries -o markdown')).stdout;
    expect(text).toContain(
      '| endpoint | without cache | p95 | with cache | p95 | improvement | X-DB-Queries | hits |\n',
    );
    expect(text).toMatch(/^\| \/fast \| without cache \|/m);
    expect(text).toMatch(/^- fast answers /m);
  });

  it('warns where no answer has the counting header', async () => {
    const { loadtest } = place();
    const result = await loadtest('--scope fast --requests 2 --count-header X-Nothing');
    expect(result.stderr).toBe('warning: no answer of the origin had a number in its header X-Nothing\n');
    expect(result.stdout).toContain('- -> 0');
  });
});

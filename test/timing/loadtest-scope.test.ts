import { describe, expect, it } from 'vitest';
import { SLOW_MS } from '../integration/loadtest-origin.ts';
import { parse, useLoadtestPlace } from '../integration/loadtest-place.ts';

const place = useLoadtestPlace();

describe('cachectl loadtest of a scope, alone on the machine', () => {
  it('measures a page of 20 ms as one of 20 ms', async () => {
    const { loadtest } = place();
    const report = parse(await loadtest('--scope slow --requests 20 --json'));
    const phase = report.endpoints[0]?.without_cache;
    expect(phase?.p50_ms).toBeGreaterThanOrEqual(SLOW_MS - 1);
    // The unit, not the speed of a busy machine.
    expect(phase?.p50_ms).toBeLessThan(SLOW_MS * 10);
    expect(phase?.max_ms).toBeGreaterThanOrEqual(phase?.p99_ms ?? 0);
    expect(phase?.p99_ms).toBeGreaterThanOrEqual(phase?.p95_ms ?? 0);
    expect(report.endpoints[0]?.improvement_percent).toBeGreaterThan(50);
  });

  it('asks the cache more often than the origin in the same time', async () => {
    const { loadtest } = place();
    const phase = parse(await loadtest('--scope slow --duration 1s --connections 1 --json')).endpoints[0];
    // One after the other: so many that take 20 ms each (a timer may be a millisecond early), and the one at the end.
    const most = 1_000 / (SLOW_MS - 1) + 1;
    expect(phase?.without_cache?.requests).toBeLessThanOrEqual(most);
    expect(phase?.with_cache?.requests).toBeGreaterThan(most);
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { runMain } from '../support/run-main.ts';

const CAPACITY = 200;

let origin: TestOrigin;
beforeAll(async () => {
  // Takes so many requests in any second, and refuses the rest.
  let taken: number[] = [];
  origin = await startOrigin({
    '*': (_request, response) => {
      const now = performance.now();
      taken = taken.filter((at) => at > now - 1_000);
      const isFull = taken.length >= CAPACITY;
      if (!isFull) taken.push(now);
      response.statusCode = isFull ? 503 : 200;
      response.end('x');
    },
  });
});
afterAll(() => origin.stop());

test('finds the rate that an application holds', async () => {
  // Most of three runs decide: in one in which the machine stands still for a moment, requests come at other times.
  const search = ['--search', 'error_rate < 1%', '--duration', '1200ms', '--repeat', '3', '--rate', '100/s'];
  const run = await runMain(['loadtest', '--url', origin.url, ...search, '--json']);
  expect(run.code).toBe(0);
  const report = JSON.parse(run.stdout) as Record<string, number>;
  expect(report).toMatchObject({ kind: 'search', conditions: ['error_rate < 1%'], interrupted: false });
  // A run may begin in a second that the one before has used up: then it finds less, and never more.
  expect(report['highest_rate_per_second']).toBeGreaterThanOrEqual(50);
  expect(report['highest_rate_per_second']).toBeLessThanOrEqual(CAPACITY * 1.05);
  expect(report['best']).toMatchObject({ schema: 'cachectl/loadtest/v1' });
});

test.each([
  [['--search', 'p99 < 50ms', '--assert', 'p95 < 10ms'], 'has no use for --assert'],
  [['--search', 'p98 < 50ms'], 'there is no metric "p98"'],
])('refuses %j', async (argv, message) => {
  const run = await runMain(['loadtest', '--url', origin.url, ...argv]);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(message);
});

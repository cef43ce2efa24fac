import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useLoadtestPlace } from './loadtest-place.ts';
import { runMain } from '../support/run-main.ts';

const place = useLoadtestPlace();

const run = (...argv: readonly string[]) => runMain(['loadtest', ...argv], { cwd: place().folder });

describe('assertions on a load test', () => {
  it('decide alone: exit 0 where they hold, although requests failed, and 6 where one does not', async () => {
    const { origin } = place();
    const flaky = ['--url', `${origin.url}/flaky`, '-n', '10', '--connections', '1'];
    const good = await run(
      ...flaky,
      '--assert',
      'error_rate <= 20%',
      '--assert',
      'p99 < 10s',
      '--assert',
      'dropped == 0',
    );
    expect(good.code).toBe(0);
    expect(good.stdout).toMatch(/^pass {2}error_rate <= 20% {2}measured 20\.0$/m);
    const bad = await run(...flaky, '--assert', 'error_rate < 1%', '--json');
    expect(bad.code).toBe(6);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      assertions: [{ metric: 'error_rate_percent', wanted: 1, pass: false, outcome: 'fail' }],
    });
  });

  it('fail where there is nothing to judge', async () => {
    const { origin } = place();
    const result = await run('--url', `${origin.url}/fast`, '-n', '2', '--assert', 'hit_rate >= 80');
    expect(result.code).toBe(6);
    expect(result.stdout).toContain('measured no data');
  });

  it('hold a comparison to its improvement', async () => {
    // So slow that reading from Redis is twice as quick on any machine.
    place().origin.onRequest = () => setTimeout(200);
    const good = await run('--scope', 'slow', '-n', '10', '--assert', 'improvement >= 50%');
    expect(good.code).toBe(0);
    const bad = await run('--scope', 'slow', '-n', '10', '--assert', 'with_p50 > 10s');
    expect(bad.code).toBe(6);
  });

  it('hold a run to an earlier one', async () => {
    const { origin, folder } = place();
    const before = await run('--url', `${origin.url}/slow`, '-n', '8', '--json');
    await writeFile(path.join(folder, 'before.json'), before.stdout);
    const again = ['--url', `${origin.url}/slow`, '-n', '8', '--baseline', 'before.json'];
    // No answer takes a thousand times as long as another one: the quickest takes 20 ms, and the slowest is given up.
    expect((await run(...again, '--assert', 'p50 <= baseline * 1000')).code).toBe(0);
    const worse = await run(...again, '--assert', 'p50 <= baseline * 0.001');
    expect(worse.code).toBe(6);
    expect(worse.stdout).toMatch(
      /FAIL {2}p50 <= baseline \* 0\.001 {2}measured [\d.]+ ms, wanted <= [\d.]+ ms/,
    );
    await writeFile(path.join(folder, 'other.json'), '{"schema":"cachectl/stats/v1"}');
    const other = await run('--url', origin.url, '--baseline', 'other.json', '--assert', 'p50 <= baseline');
    expect([other.code, other.stdout]).toEqual([2, '']);
    expect(other.stderr).toContain('--baseline other.json is no report of a load test');
  });

  it('are test cases in JUnit', async () => {
    const { origin } = place();
    const argv = [
      '--url',
      `${origin.url}/fast`,
      '-n',
      '2',
      '--assert',
      'failed == 0',
      '--assert',
      'sent > 99',
    ];
    const result = await run(...argv, '-o', 'junit');
    expect(result.code).toBe(6);
    expect(result.stdout).toContain('<testsuite name="cachectl loadtest" tests="2" failures="1"');
  });
});

describe('the page of a load test', () => {
  it('has latency over time, the curve of percentiles and the endpoints, and nothing from elsewhere', async () => {
    const { origin, folder } = place();
    const result = await run(
      '--url',
      `${origin.url}/fast`,
      '--url',
      `${origin.url}/<b>`,
      '--rate',
      '20/s',
      '-d',
      '2100ms',
      '--report',
      'load.html',
    );
    expect(result.code).toBe(5);
    const page = await readFile(path.join(folder, 'load.html'), 'utf8');
    for (const part of [
      'latency over time',
      'latency by percentile',
      'requests over time',
      '/fast',
      'status 404',
    ]) {
      expect(page).toContain(part);
    }
    expect(page).not.toMatch(/<script|<link|src=|href=|<b>/);
  });

  it('has both sides of a comparison', async () => {
    const { folder } = place();
    expect((await run('--scope', 'homepage', '-n', '4', '--report', 'compare.html')).code).toBe(0);
    const page = await readFile(path.join(folder, 'compare.html'), 'utf8');
    expect(page).toContain('/slow, without cache');
    expect(page).toContain('/slow, with cache');
  });

  it('says where it cannot be written, before the first request', async () => {
    const { origin } = place();
    const before = [...origin.requests];
    const result = await run('--url', `${origin.url}/fast`, '-n', '2', '--report', '/no/such/folder/x.html');
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toContain('cannot be written: its folder does not exist, and nothing was done');
    expect([...origin.requests]).toEqual(before);
  });

  it('says that it could not be written, after the report', async () => {
    const { origin } = place();
    const result = await run('--url', `${origin.url}/fast`, '-n', '2', '--report', '/dev/full');
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('2 sent');
    expect(result.stderr).toContain('cannot be written: no space left on the device');
  });
});

describe('the script for k6', () => {
  it('has the same targets, rate and thresholds, and sends nothing', async () => {
    const { origin } = place();
    const argv = [
      '--scope',
      'languages',
      '--stages',
      '30s:100/s,10s:0',
      '--max-in-flight',
      '70',
      '--export',
      'k6',
    ];
    const result = await run(
      ...argv,
      '--assert',
      'p99 < 50ms',
      '--assert',
      'error_rate < 1%',
      '--assert',
      'hit_rate > 80',
    );
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(origin.requests.size).toBe(0);
    const script = result.stdout;
    expect(script).toContain('"executor": "ramping-arrival-rate"');
    expect(script).toMatch(/"duration": "30000ms",\s+"target": 6000/);
    expect(script).toMatch(/"http_req_duration": \[\s+"p\(99\) < 50"/);
    expect(script).toMatch(/"http_req_failed": \[\s+"rate < 0\.01"/);
    expect(script).toContain('// k6 cannot assert: hit_rate > 80');
    expect(script).toContain('"Accept-Language": "fr"');
    expect(script).toContain(`"url": "${origin.url}/fast"`);
  });
});

describe('what a person sees while it runs', () => {
  it('is drawn on a screen of its own, and the report after it', async () => {
    const { origin } = place();
    const result = await runMain(['loadtest', '--url', `${origin.url}/fast`, '--rate', '50/s', '-d', '1s'], {
      cwd: '/',
      columns: 80,
    });
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('in flight');
    const report = result.stdout.slice(result.stdout.lastIndexOf('\u001b[?1049l'));
    expect(report).toContain('50 sent, 50 succeeded');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { runBinary } from '../support/run-binary.ts';
import { parseLoad } from '../support/loadtest-report-json.ts';

let origin: TestOrigin;
beforeAll(async () => {
  origin = await startOrigin({ '*': answer('hello') });
});
afterAll(() => origin.stop());

describe('load from several threads', () => {
  test('is one load: counted together, each request sent once', async () => {
    const before = origin.requests.length;
    const run = await runBinary([
      'loadtest',
      '--url',
      `${origin.url}/a`,
      '--workers',
      '3',
      '-n',
      '100',
      '--json',
    ]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(parseLoad(run)).toMatchObject({ workers: 3, totals: { sent: 100, succeeded: 100 } });
    expect(origin.requests.length - before).toBe(100);
  });

  test('keeps to one schedule', async () => {
    const before = origin.requests.length;
    const argv = [
      'loadtest',
      '--url',
      `${origin.url}/b`,
      '--workers',
      '2',
      '--rate',
      '100/s',
      '-d',
      '1s',
      '--json',
    ];
    const run = await runBinary(argv);
    const { totals } = parseLoad(run);
    expect([totals.sent, totals.dropped]).toEqual([100, 0]);
    expect(totals.start_delay?.count).toBe(100);
    expect(origin.requests.length - before).toBe(100);
  });
});

import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../../../src/loadtest/engine/recorder.ts';

/** Everything that a recorder keeps, in bytes, after so many requests a second for so long. */
function bytesAfter(seconds: number, perSecond: number): number {
  const recorder = new Recorder({ endpoints: 20, startedAt: 0, measureFrom: 0, isPlanned: true });
  for (let index = 0; index < seconds * perSecond; index++) {
    const plannedAt = (index / perSecond) * 1_000;
    // From 0.1 ms to 100 ms, the same again and again.
    const latencyMs = 10 ** ((index % 301) / 100 - 1);
    const ended = { endpoint: index % 20, plannedAt, sentAt: plannedAt, endedAt: plannedAt + latencyMs };
    if (index % 100 === 99) recorder.failed(ended, `status ${500 + (index % 4)}`, 500, 10);
    else recorder.succeeded(ended, 200, 2_048, Number.NaN);
    if (index % 1_000 === 0) recorder.dropped(plannedAt);
  }
  const record = recorder.record(seconds * 1_000);
  expect(record.series.points.length).toBeLessThanOrEqual(240);
  expect(record.latencies.count + record.failures.reduce((sum, [, count]) => sum + count, 0)).toBe(
    seconds * perSecond,
  );
  return serialize(record).length;
}

describe('what a run keeps', () => {
  it('is as much after a day as after four minutes', () => {
    const minutes = bytesAfter(240, 400);
    expect(bytesAfter(86_400, 4)).toBeLessThan(minutes * 1.1);
    expect(bytesAfter(2_400, 400)).toBeLessThan(minutes * 1.1);
  });
});

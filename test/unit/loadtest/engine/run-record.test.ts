import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../../src/histogram/histogram.ts';
import { Recorder } from '../../../../src/loadtest/engine/recorder.ts';
import { mergeRecords } from '../../../../src/loadtest/engine/run-record.ts';
import { TimeSeries } from '../../../../src/loadtest/engine/time-series.ts';

function recorder(isPlanned = true): Recorder {
  return new Recorder({ endpoints: 2, startedAt: 1_000, measureFrom: 2_000, isPlanned });
}

const ended = (plannedAt: number, sentAt: number, endedAt: number, endpoint = 0) => ({
  endpoint,
  plannedAt,
  sentAt,
  endedAt,
});

describe('what is recorded', () => {
  it('counts from the planned start, and keeps the uncorrected time beside it', () => {
    const one = recorder();
    one.succeeded(ended(2_000, 2_090, 2_100), 200, 10, Number.NaN);
    const record = one.record(3_000);
    expect(record.latencies.max).toBe(100);
    expect(record.uncorrected?.max).toBe(10);
    expect(record.startDelays?.max).toBe(90);
    expect(record.durationMs).toBe(1_000);
  });

  it('leaves the warm-up out of all figures, and knows nevertheless that somebody answered', () => {
    const one = recorder();
    one.succeeded(ended(1_500, 1_500, 1_600), 200, 10, 3);
    one.failed(ended(1_500, 1_500, 1_600), 'origin.reset', 0, 0);
    one.dropped(1_600);
    const record = one.record(3_000);
    expect(record).toMatchObject({
      failures: [],
      dropped: 0,
      warmupRequests: 2,
      statuses: [],
      hasAnswers: true,
    });
    expect(record.latencies.count).toBe(0);
    expect(record.endpoints[0]).toMatchObject({ sent: 0, failed: 0, countedAnswers: 0 });
  });

  it('keeps what failed out of the latencies, under its cause', () => {
    const one = recorder(false);
    one.failed(ended(2_000, 2_000, 9_000, 1), 'origin.timeout', 0, 0);
    one.failed(ended(2_000, 2_000, 9_000, 1), 'status 500', 500, 12);
    const record = one.record(9_000);
    expect(record.failures).toEqual([
      ['origin.timeout', 1],
      ['status 500', 1],
    ]);
    expect(record.latencies.count).toBe(0);
    expect(record.endpoints[1]).toMatchObject({ sent: 2, failed: 2, bytes: 12 });
  });

  it('of several threads is one: counts are added, percentiles come from all of them', () => {
    const [one, two] = [recorder(), recorder()];
    for (let ms = 1; ms <= 90; ms++) one.succeeded(ended(2_000, 2_000, 2_000 + ms), 200, 1, 4);
    for (let ms = 91; ms <= 100; ms++) two.succeeded(ended(2_500, 2_500, 2_500 + ms, 1), 200, 1, 2);
    two.dropped(2_600);
    const merged = mergeRecords([one.record(3_000), two.record(4_000)]);
    const latencies = Histogram.from(merged.latencies);
    expect([latencies.count, latencies.max, merged.dropped, merged.durationMs]).toEqual([100, 100, 1, 2_000]);
    expect(Math.abs((latencies.percentile(95) ?? 0) - 95) / 95).toBeLessThan(0.001);
    expect(merged.endpoints.map(({ sent, countedSum }) => [sent, countedSum])).toEqual([
      [90, 360],
      [10, 20],
    ]);
    expect(merged.statuses).toEqual([[200, 100]]);
  });
});

describe('a run over time', () => {
  it('never has more points than fit, and loses no request', () => {
    const series = new TimeSeries();
    for (let second = 0; second < 10_000; second++) {
      series.succeeded(second * 1_000, 1);
      if (second % 10 === 0) series.failed(second * 1_000);
    }
    const { intervalMs, points } = series.data();
    expect(intervalMs).toBe(64_000);
    expect(points.length).toBeLessThanOrEqual(240);
    expect(points.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(10_000);
    expect(points.reduce((sum, { failed }) => sum + failed, 0)).toBe(1_000);
    expect(points[0]?.succeeded).toBe(64);
  });

  it('adds one of a finer interval to a coarser one', () => {
    const [coarse, fine] = [new TimeSeries(), new TimeSeries()];
    coarse.succeeded(300_000, 1);
    fine.succeeded(5_000, 2);
    coarse.add(fine.data());
    fine.add(coarse.data());
    expect(fine.data().intervalMs).toBe(2_000);
    expect(fine.data().points[2]?.succeeded).toBe(2);
  });
});

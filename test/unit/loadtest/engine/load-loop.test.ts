import { describe, expect, it, vi } from 'vitest';
import { Histogram, type HistogramData } from '../../../../src/histogram/histogram.ts';
import { WHOLE } from '../../../../src/loadtest/engine/arrivals.ts';
import { LoadLoop, OPENING_MS } from '../../../../src/loadtest/engine/load-loop.ts';
import type { LoadModel, OpenModel } from '../../../../src/loadtest/engine/model.ts';
import { OPENED_AT_ONCE } from '../../../../src/loadtest/engine/open-schedule.ts';
import type { RunRecord } from '../../../../src/loadtest/engine/run-record.ts';
import type { Slot, SlotOwner } from '../../../../src/loadtest/engine/slot.ts';
import { until } from '../../../support/until.ts';

/** A connection whose answers come when the test says so. */
class HeldSlot implements Slot {
  target = 0;
  plannedAt = 0;
  sentAt = 0;
  isBusy = false;
  readonly #owner: SlotOwner;

  constructor(owner: SlotOwner) {
    this.#owner = owner;
  }

  send(target: number): void {
    this.target = target;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    // Nothing is open.
  }

  answer(): void {
    if (this.isBusy) this.#owner.onGood(this, 200, 0, Number.NaN);
  }
}

interface Run {
  readonly loop: LoadLoop;
  readonly slots: readonly HeldSlot[];
  readonly ended: Promise<number>;
  readonly abort: () => void;
}

/** So many requests, all of them due within a microsecond. */
async function start(requests: number, model: Partial<OpenModel>): Promise<Run> {
  const slots: HeldSlot[] = [];
  const abort = new AbortController();
  const rate = requests * 1_000_000;
  const loop = new LoadLoop({
    model: {
      kind: 'open',
      stages: [{ durationMs: 0.001, fromPerSecond: rate, toPerSecond: rate }],
      spread: 'constant',
      connections: 1,
      maxInFlight: 1_000,
      ...model,
    },
    share: WHOLE,
    random: () => 0.5,
    choose: () => 0,
    endpointOf: () => 0,
    endpoints: 1,
    openSlot: (owner) => {
      const slot = new HeldSlot(owner);
      slots.push(slot);
      return slot;
    },
    warmupMs: 0,
    patienceMs: 60_000,
    signal: abort.signal,
  });
  await loop.prepare();
  return { loop, slots, ended: loop.run(), abort: () => abort.abort() };
}

describe('an open load whose answers do not come', () => {
  it('opens as many connections as are needed, but a few at a time', async () => {
    const { loop, slots, ended } = await start(100, {});
    expect(slots.length).toBeLessThanOrEqual(1 + OPENED_AT_ONCE);
    await until(async () => slots.length === 100);
    expect(loop.inFlight).toBe(100);
    for (const slot of slots) slot.answer();
    await ended;
    const { latencies, dropped } = loop.recorder.record(performance.now());
    expect([latencies.count, dropped]).toEqual([100, 0]);
  });

  it('gives what waits to connections that are free again, before it opens others', async () => {
    const { loop, slots, ended } = await start(100, { maxInFlight: 3 });
    await until(async () => slots.length === 3);
    // Each answer makes room for the next request, and that one is answered in its turn.
    await until(async () => {
      for (const slot of slots) slot.answer();
      return loop.recorder.record(performance.now()).latencies.count === 100;
    });
    await ended;
    expect(slots).toHaveLength(3);
  });

  it('counts as dropped what may never be sent, because others have all the connections', async () => {
    const { loop, ended } = await start(20, { maxInFlight: 0, connections: 0 });
    await ended;
    expect(loop.recorder.record(performance.now())).toMatchObject({ dropped: 20, unfinished: 0 });
  });

  it('drops what waits when it is stopped, and counts what was under way', async () => {
    const { loop, slots, ended, abort } = await start(50, { maxInFlight: 2 });
    await until(async () => slots.length === 2 && loop.inFlight === 2);
    abort();
    await ended;
    const { unfinished, dropped, latencies } = loop.recorder.record(performance.now());
    expect([unfinished, latencies.count]).toEqual([2, 0]);
    expect(dropped).toBeLessThanOrEqual(48);
  });
});

/** A connection whose answers take as long as the test says, in the time that the test lets pass. */
class TimedSlot extends HeldSlot {
  readonly #latencyMs: (now: number) => number;

  constructor(owner: SlotOwner, latencyMs: (now: number) => number) {
    super(owner);
    this.#latencyMs = latencyMs;
  }

  override send(target: number): void {
    super.send(target);
    setTimeout(() => this.answer(), this.#latencyMs(performance.now()));
  }
}

/** Runs a load to its end in time that passes at once. */
async function inVirtualTime(model: LoadModel, latencyMs: (atMs: number) => number): Promise<RunRecord> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    let startedAt = 0;
    const loop = new LoadLoop({
      model,
      share: WHOLE,
      random: () => 0.5,
      choose: () => 0,
      endpointOf: () => 0,
      endpoints: 1,
      openSlot: (owner) => new TimedSlot(owner, (now) => latencyMs(now - startedAt)),
      warmupMs: 0,
      patienceMs: 60_000,
      signal: new AbortController().signal,
    });
    await loop.prepare();
    startedAt = performance.now();
    const ended = loop.run();
    await vi.advanceTimersByTimeAsync(60_000);
    return loop.recorder.record(await ended);
  } finally {
    vi.useRealTimers();
  }
}

const steady = (perSecond: number, seconds: number, maxInFlight: number): OpenModel => ({
  kind: 'open',
  stages: [{ durationMs: seconds * 1_000, fromPerSecond: perSecond, toPerSecond: perSecond }],
  spread: 'constant',
  connections: Math.min(10, maxInFlight),
  maxInFlight,
});

const at = (data: HistogramData | undefined, percent: number): number =>
  data === undefined ? Number.NaN : (Histogram.from(data).percentile(percent) ?? Number.NaN);

describe('the figures of a load, where nothing disturbs it', () => {
  it('have the p99 of an origin that stands still for one second in ten, and the uncorrected ones have not', async () => {
    const stalled = (now: number): number => (now >= 4_000 && now < 5_000 ? 5_000 - now : 0);
    const { latencies, uncorrected, dropped } = await inVirtualTime(steady(100, 10, 5), stalled);
    expect([latencies.count, dropped]).toEqual([1_000, 0]);
    // A tenth of all requests is due during the stall, evenly: the slowest hundredth waits for 900 ms and more.
    expect(Math.abs(at(latencies, 99) - 900)).toBeLessThan(900 * 0.05);
    expect(at(uncorrected, 99)).toBeLessThan(900 * 0.05);
  });

  it('have all percentiles of an origin whose latencies are known, within 2 % or 1 ms', async () => {
    const known = Array.from({ length: 2_000 }, (_, index) => 5 + ((index * 1_237) % 2_000) / 10);
    let next = 0;
    const closed = { kind: 'closed', connections: 4, until: { kind: 'requests', count: 2_000 } } as const;
    const { latencies } = await inVirtualTime(closed, () => known[next++] ?? Number.NaN);
    const sorted = [...known].sort((a, b) => a - b);
    for (const percent of [1, 10, 50, 75, 90, 95, 99, 99.9, 100]) {
      const truth = sorted[Math.ceil((percent / 100) * sorted.length - 1e-9) - 1] ?? Number.NaN;
      expect(Math.abs(at(latencies, percent) - truth), `p${percent}`).toBeLessThanOrEqual(
        Math.max(truth * 0.02, 1),
      );
    }
  });

  it.each([
    [1_000, 0.4],
    [1_000, 30],
    [10_000, 2],
  ])(
    'have every request sent in time at %d a second, answers taking %d ms: p99 under 2 ms',
    async (rate, takesMs) => {
      const { startDelays, dropped } = await inVirtualTime(steady(rate, 2, 1_000), () => takesMs);
      expect([startDelays?.count, dropped]).toEqual([2 * rate, 0]);
      expect(at(startDelays, 99)).toBeLessThan(2);
    },
  );
});

/** A connection to a place that takes none and refuses none. */
class UnopenedSlot extends HeldSlot {
  override prepare(): Promise<void> {
    return new Promise(() => undefined);
  }
}

describe('connections that are not opened before the start', () => {
  const loopOf = (signal: AbortSignal): LoadLoop =>
    new LoadLoop({
      model: { kind: 'closed', connections: 2, until: { kind: 'duration', ms: 60_000 } },
      share: WHOLE,
      random: () => 0.5,
      choose: () => 0,
      endpointOf: () => 0,
      endpoints: 1,
      openSlot: (owner) => new UnopenedSlot(owner),
      warmupMs: 0,
      patienceMs: 60_000,
      signal,
    });

  it('keep nobody who says stop, and then nothing is sent', async () => {
    const stop = new AbortController();
    const loop = loopOf(stop.signal);
    const prepared = loop.prepare();
    stop.abort(new Error('enough'));
    await prepared;
    const endedAt = await loop.run();
    const { latencies, failures, unfinished } = loop.recorder.record(endedAt);
    expect([latencies.count, failures, unfinished]).toEqual([0, [], 0]);
  });

  it('are waited for so long and no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const prepared = loopOf(new AbortController().signal).prepare();
      await vi.advanceTimersByTimeAsync(OPENING_MS);
      await prepared;
    } finally {
      vi.useRealTimers();
    }
  });
});

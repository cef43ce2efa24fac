import { describe, expect, it } from 'vitest';
import { WHOLE } from '../../../../src/loadtest/engine/arrivals.ts';
import { LoadLoop } from '../../../../src/loadtest/engine/load-loop.ts';
import type { OpenModel } from '../../../../src/loadtest/engine/model.ts';
import { OPENED_AT_ONCE } from '../../../../src/loadtest/engine/open-schedule.ts';
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

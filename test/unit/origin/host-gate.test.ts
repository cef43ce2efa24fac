import { describe, expect, it } from 'vitest';
import { HostGate } from '../../../src/origin/host-gate.ts';

/** Says these times in turn, and the last one from then on: what passes between two looks is in the test's hand. */
function clockOf(...times: readonly number[]): { readonly monotonicMs: () => number } {
  const left = [...times];
  let now = 0;
  return { monotonicMs: () => (now = left.shift() ?? now) };
}

const signal = new AbortController().signal;

describe('the gate of a host', () => {
  it('lets so many in as it may, and the next one when somebody leaves', async () => {
    const gate = new HostGate({ limit: 2 }, clockOf(0));
    expect([gate.enter(signal), gate.enter(signal)]).toEqual([undefined, undefined]);
    const third = gate.enter(signal);
    expect(third).toBeInstanceOf(Promise);
    gate.leave();
    await third;
  });

  it('lets in whoever comes in the last moment of a pause', async () => {
    // Begin of the pause; still paused when asked whether there is room; over when asked how long still.
    const gate = new HostGate({ limit: 1 }, clockOf(0, 999.9, 1_000.1));
    gate.pauseUntil(1_000);
    await gate.enter(signal);
  });

  it('lets in whoever waits, where the pause ends between two looks at it', async () => {
    const gate = new HostGate({ limit: 1 }, clockOf(0, 0, 999.9, 1_000.1));
    expect(gate.enter(signal)).toBeUndefined();
    const second = gate.enter(signal);
    gate.pauseUntil(1_000);
    gate.leave();
    await second;
  });

  it('forgets whoever gives up', async () => {
    const gate = new HostGate({ limit: 1 }, clockOf(0));
    expect(gate.enter(signal)).toBeUndefined();
    const controller = new AbortController();
    const second = gate.enter(controller.signal);
    const third = gate.enter(signal);
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    gate.leave();
    await third;
  });
});

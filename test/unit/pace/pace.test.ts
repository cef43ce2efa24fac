import { describe, expect, test } from 'vitest';
import { Pace, type PaceLimits } from '../../../src/pace/pace.ts';

/** A pace on a clock that the test moves: `feel(ms, seconds)` is a probe every 2 ms that takes so long each time. */
function paceOf(limits: Partial<PaceLimits>) {
  let now = 1_000;
  const pace = new Pace({ rate: undefined, maxLatencyMs: 2, ...limits }, () => now);
  const feel = (ms: number | ((speed: number) => number), seconds: number): void => {
    for (let probes = 0; probes < seconds * 500; probes++) {
      now += 2;
      pace.measured(typeof ms === 'number' ? ms : ms(pace.speed));
    }
  };
  return { pace, feel, pass: (ms: number) => (now += ms) };
}

describe('with a limit on what others feel', () => {
  test('goes at full speed while they feel little', () => {
    const { pace, feel } = paceOf({});
    feel(0.2, 1);
    feel(1.5, 5);
    expect(pace.speed).toBe(1);
    expect(pace.count(1_000)).toBe(1_000);
    expect(pace.pauseMs()).toBe(0);
  });

  test('falls while they feel too much, and rises again when they do not', () => {
    const { pace, feel } = paceOf({});
    feel(0.2, 1);
    feel((speed) => 0.2 + 4 * speed, 2);
    const slow = pace.speed;
    expect(slow).toBeLessThan(0.7);
    expect(pace.count(1_000)).toBeLessThan(700);
    feel((speed) => 0.2 + 100 * speed, 20);
    expect(pace.slowest).toBeLessThan(slow);
    expect(pace.slowest).toBeLessThan(0.03);
    feel(0.3, 20);
    expect(pace.speed).toBe(1);
  });

  test('rests between steps that cannot be made smaller, in proportion to what they take', () => {
    const { pace, feel, pass } = paceOf({});
    pass(30);
    expect(pace.restMs()).toBe(0);
    feel(0.2, 1);
    feel((speed) => 0.2 + 4 * speed, 2);
    pass(pace.restMs());
    pass(30);
    expect(pace.restMs()).toBeCloseTo(30 / pace.speed - 30);
    pass(1_000_000);
    expect(pace.restMs()).toBe(1_000);
  });

  test('sees within a quarter of a second that it is far too much', () => {
    const { pace, feel } = paceOf({});
    feel(0.2, 0.1);
    feel(20, 0.2);
    expect(pace.speed).toBeLessThan(1);
  });

  test('takes a single slow answer for chance', () => {
    const { pace, feel } = paceOf({});
    for (let second = 0; second < 5; second++) {
      feel(0.2, 1);
      feel(50, 0.002);
    }
    expect(pace.speed).toBe(1);
  });

  test('does not take a long way to the server for a slow one', () => {
    const { pace, feel } = paceOf({});
    feel(80, 5);
    expect(pace.speed).toBe(1);
    feel((speed) => 80 + 4 * speed, 2);
    expect(pace.speed).toBeLessThan(1);
  });

  test('goes at full speed again where slowing down does not help, and tries again now and then', () => {
    const { pace, feel } = paceOf({});
    feel(0.2, 0.1);
    let fast = 0;
    for (let tenth = 0; tenth < 600; tenth++) {
      feel(500, 0.1);
      if (pace.speed === 1) fast++;
    }
    expect(fast / 600).toBeGreaterThan(0.9);
    expect(pace.slowest).toBeGreaterThan(0.01);
  });

  test('pauses where steps cannot get smaller', () => {
    const { pace, feel } = paceOf({});
    feel(0.2, 0.1);
    feel((speed) => 0.2 + 100 * speed, 10);
    expect(pace.count(1_000)).toBe(100);
    expect(pace.pauseMs()).toBeGreaterThan(1);
  });

  test('is not held back at all where the limit is off', () => {
    const { pace, feel } = paceOf({ maxLatencyMs: Infinity });
    feel(0.2, 1);
    feel(500, 5);
    expect(pace.speed).toBe(1);
  });
});

describe('with a rate', () => {
  test('waits until the keys that were taken are due', () => {
    const { pace, pass } = paceOf({ rate: 20_000 });
    expect(pace.count(1_000)).toBe(1_000);
    pace.took(1_000);
    expect(pace.pauseMs()).toBeCloseTo(50);
    pass(50);
    expect(pace.pauseMs()).toBeLessThan(1);
  });

  test('takes a tenth of a second at a time', () => {
    expect(paceOf({ rate: 500 }).pace.count(1_000)).toBe(50);
    expect(paceOf({ rate: 1 }).pace.count(1_000)).toBe(10);
  });
});

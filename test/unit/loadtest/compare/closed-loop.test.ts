import { describe, expect, it } from 'vitest';
import { CachectlError } from '../../../../src/cli/errors.ts';
import { ExitCode } from '../../../../src/cli/exit-code.ts';
import {
  GIVE_UP_AFTER,
  runClosedLoop,
  type Operation,
} from '../../../../src/loadtest/compare/closed-loop.ts';
import type { Until } from '../../../../src/loadtest/engine/model.ts';
import { failureCount } from '../../../../src/loadtest/compare/phase.ts';

/** A clock that only the operations move. */
function testClock() {
  let time = 0;
  return {
    now: () => time,
    monotonicMs: () => time,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

interface RunParts {
  readonly connections?: number;
  readonly until?: Until;
  readonly clock?: ReturnType<typeof testClock>;
  readonly signal?: AbortSignal;
}

async function run(operation: Operation, parts: RunParts = {}) {
  const failures: string[] = [];
  let answers = 0;
  const figures = await runClosedLoop(
    operation,
    { connections: parts.connections ?? 1, until: parts.until ?? { kind: 'requests', count: 5 } },
    {
      clock: parts.clock ?? testClock(),
      signal: parts.signal ?? new AbortController().signal,
      onAnswer: () => answers++,
      onFailure: (error) => failures.push(error.code),
    },
  );
  return { figures, failures, answers };
}

const refused = () =>
  Promise.reject(new CachectlError('nobody', { code: 'origin.refused', exitCode: ExitCode.unreachable }));

describe('the closed load model', () => {
  it('sends exactly the requests that were asked for, never more at once than connections', async () => {
    let underWay = 0;
    let most = 0;
    let sent = 0;
    const send = async () => {
      sent++;
      most = Math.max(most, ++underWay);
      await Promise.resolve();
      underWay--;
      return { kind: 'good' as const };
    };
    const { figures, answers } = await run(
      { send },
      { connections: 3, until: { kind: 'requests', count: 10 } },
    );
    expect([sent, most, figures.latencies.count, answers]).toEqual([10, 3, 10, 10]);
  });

  it('does not time what prepares a request', async () => {
    const clock = testClock();
    const { figures } = await run(
      {
        prepare: async () => clock.pass(1_000),
        send: async () => {
          clock.pass(20);
          return { kind: 'good' };
        },
      },
      { clock },
    );
    expect([figures.latencies.min, figures.latencies.max]).toEqual([20, 20]);
    expect(figures.durationMs).toBe(5_100);
  });

  it('starts nothing after the duration, and waits for what is under way', async () => {
    const clock = testClock();
    const send = async () => {
      clock.pass(40);
      return { kind: 'good' as const };
    };
    const { figures } = await run({ send }, { clock, until: { kind: 'duration', ms: 100 } });
    expect([figures.latencies.count, figures.durationMs]).toEqual([3, 120]);
  });

  it('keeps errors out of the latencies and counts them by cause', async () => {
    const clock = testClock();
    let sent = 0;
    const send = async () => {
      const bad = ++sent % 2 === 0;
      clock.pass(bad ? 9_000 : 10);
      return bad ? { kind: 'bad' as const, cause: 'status 500' } : { kind: 'good' as const };
    };
    const { figures } = await run({ send }, { clock });
    expect(figures.latencies.max).toBe(10);
    expect([...figures.failures]).toEqual([['status 500', 2]]);
  });

  it('averages the counting header over the answers that had one', async () => {
    let sent = 0;
    const send = async () =>
      ++sent === 1 ? { kind: 'good' as const } : { kind: 'good' as const, counted: sent };
    const { figures } = await run({ send });
    expect(figures.counted).toEqual({ sum: 2 + 3 + 4 + 5, answers: 4 });
  });

  it('gives up where nobody ever answers', async () => {
    const { figures, failures } = await run({ send: refused }, { until: { kind: 'requests', count: 1_000 } });
    expect(figures.gaveUp).toBe(true);
    expect(failureCount(figures)).toBe(GIVE_UP_AFTER);
    expect(failures).toHaveLength(GIVE_UP_AFTER);
  });

  it('goes on through an outage where somebody answered before', async () => {
    let sent = 0;
    const send = async () => (++sent === 1 ? { kind: 'bad' as const, cause: 'status 503' } : refused());
    const { figures } = await run({ send }, { until: { kind: 'requests', count: 40 } });
    expect(figures.gaveUp).toBe(false);
    expect([...figures.failures]).toEqual([
      ['status 503', 1],
      ['origin.refused', 39],
    ]);
  });

  it('stops at the signal and says what was under way', async () => {
    const controller = new AbortController();
    let sent = 0;
    const send = async (signal: AbortSignal) => {
      if (++sent === 3) controller.abort(new Error('stop'));
      signal.throwIfAborted();
      return { kind: 'good' as const };
    };
    const { figures, answers } = await run({ send }, { signal: controller.signal });
    expect([figures.latencies.count, figures.unfinished, answers]).toEqual([2, 1, 2]);
    expect(failureCount(figures)).toBe(0);
  });

  it('lets a bug through, but only after every connection has come to rest', async () => {
    let resting = 0;
    const send = async () => {
      if (resting++ === 0) throw new TypeError('bug');
      return { kind: 'good' as const };
    };
    await expect(run({ send }, { connections: 2 })).rejects.toThrow('bug');
    expect(resting).toBe(5);
  });
});

import { describe, expect, it } from 'vitest';
import { within, withinGrace } from '../../../src/redis/wait.ts';

const later = () => new Promise((resolve) => setImmediate(resolve));

describe('a wait that an abort has ended before it began', () => {
  it('leaves no failure behind that nobody hears, which would end the process', async () => {
    const unheard: unknown[] = [];
    const note = (error: unknown) => void unheard.push(error);
    process.on('unhandledRejection', note);
    const reason = new Error('enough');
    const work = later().then(() => Promise.reject(new Error('Connection is closed.')));
    await expect(within(work, 60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    await later();
    await later();
    process.off('unhandledRejection', note);
    expect(unheard).toEqual([]);
  });

  it('still gives what was asked for before', async () => {
    await expect(
      withinGrace(
        later().then(() => 7),
        60_000,
        60_000,
        AbortSignal.abort(),
      ),
    ).resolves.toBe(7);
  });
});

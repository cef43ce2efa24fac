import { expect, it } from 'vitest';
import { executeWarm, type WarmOne } from '../../../src/warm/execute.ts';
import type { KnownTargets } from '../../../src/warm/look-ahead.ts';
import type { Target } from '../../../src/warm/target.ts';

// Nothing here looks into a target.
const target = (key: string): Target => ({ key }) as Target;

async function* batchesOf(
  ...batches: readonly (readonly Target[])[]
): AsyncGenerator<KnownTargets, void, void> {
  for (const targets of batches) {
    await Promise.resolve();
    yield { targets, known: undefined };
  }
}

function run(batches: AsyncGenerator<KnownTargets, void, void>, warm: WarmOne): Promise<boolean> {
  return executeWarm(batches, {
    concurrency: 1,
    warm,
    onFilled: () => undefined,
    onFailure: () => 'continue',
    signal: new AbortController().signal,
  });
}

it('a bug while a target is begun ends the run with it, whichever batch that comes in', async () => {
  const warm: WarmOne = (_target, _known, _signal, told) => {
    if (_target.key === 'b') throw new TypeError('a bug');
    told.onFilled({ kind: 'fresh' });
  };
  await expect(run(batchesOf([target('a')], [target('b')], [target('c')]), warm)).rejects.toThrow('a bug');
  await expect(run(batchesOf([target('a')], [target('c')]), warm)).resolves.toBe(true);
});

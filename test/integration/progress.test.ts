import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startProgress } from '../../src/terminal/progress.ts';
import { textStream } from '../../src/terminal/streams.ts';
import { until } from '../support/until.ts';

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';

/** A terminal that remembers what was written on it. */
class Screen extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }

  /** What drawing on a terminal takes. */
  clearLine(): boolean {
    return true;
  }
  cursorTo(): boolean {
    return true;
  }
  moveCursor(): boolean {
    return true;
  }

  count(text: string): number {
    return this.text.split(text).length - 1;
  }
}

/** Nothing else runs for so long, as where a program computes. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it('draws one bar, and removes it, where the program is too busy to load what draws it in one go', async () => {
  const screen = new Screen();
  let nowMs = 0;
  const clock = { now: () => Date.now(), monotonicMs: () => nowMs };
  const progress = startProgress(
    { label: 'warming', unit: 'targets', total: 10 },
    textStream(screen),
    clock,
    {
      unicode: true,
      drawn: true,
    },
  );
  // Past the time in which nothing is shown: the next turn loads what draws, and all turns come late.
  nowMs = 5_000;
  progress.update(4);
  await until(async () => {
    block(120);
    await setImmediate();
    return screen.text.includes('4 of 10 targets');
  });
  progress.stop();
  // A second bar would have hidden the cursor a second time, and drawn on for ever.
  expect([screen.count(HIDE), screen.count(SHOW)]).toEqual([1, 1]);
});

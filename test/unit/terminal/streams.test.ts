import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { textStream } from '../../../src/terminal/streams.ts';

it('a stream whose reader has gone takes what is written and drops it, also where it was closed without an error', async () => {
  const raw = new PassThrough();
  const stream = textStream(raw);
  raw.destroy();
  // Not told yet.
  await stream.write('lost');
  await once(raw, 'close');
  expect(stream.closed()).toBe(true);
  await stream.write('lost, too');
});

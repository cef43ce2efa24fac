import { expect, it } from 'vitest';
import { keepUp } from '../../../src/demo/keep-up.ts';

it('the demo stays up until Ctrl-C, also where that comes while it says so', async () => {
  const stop = new AbortController();
  const said: string[] = [];
  await keepUp('/shop', stop.signal, (text) => {
    said.push(text);
    stop.abort();
    return Promise.resolve();
  });
  expect(said.join('')).toContain('cd /shop');
  const later = new AbortController();
  const up = keepUp('/shop', later.signal, () => Promise.resolve());
  await new Promise((resolve) => setImmediate(resolve));
  later.abort();
  await up;
});

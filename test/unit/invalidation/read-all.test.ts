import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readAll } from '../../../src/invalidation/read-all.ts';

it('reading stdin ends where the command was told to stop before it began', async () => {
  const reason = new Error('enough');
  const options = { host: { stdin: new PassThrough(), cwd: '/' }, maxBytes: 10, flag: '--data' };
  await expect(readAll('-', { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

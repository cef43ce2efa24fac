import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { pagedStream } from '../../src/terminal/pager.ts';
import { textStream } from '../../src/terminal/streams.ts';
import { until } from '../support/until.ts';

const out = () => Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 2 });

test.each([
  ['that the reader has left', 'exit 0'],
  ['that somebody has killed', 'kill -KILL $$'],
])('a pager %s takes no more, and is not waited for', async (_, program) => {
  const stdout = out();
  const { stream, finish } = pagedStream(textStream(stdout), {
    host: { env: { PAGER: program, PATH: process.env['PATH'] }, stdout },
    onOpen: () => undefined,
  });
  await stream.write('a\nb\nc\n');
  await until(() => stream.closed());
  await stream.write('more\n');
  await finish();
  // Not instead of the pager either.
  expect(stdout.read()).toBe(null);
});

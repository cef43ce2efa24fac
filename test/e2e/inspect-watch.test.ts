import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { startTestRedis } from '../support/redis.ts';
import { BINARY } from '../support/run-binary.ts';
import { until } from '../support/until.ts';

test.each(['', '-o ndjson'])(
  'a pipe that is closed early ends the watch of a script with the next change (%s)',
  async (format) => {
    const redis = await startTestRedis();
    onTestFinished(() => redis.stop());
    const watch = `"${process.execPath}" "${BINARY}" inspect a --watch ${format} --interval 100ms`;
    const child = spawn(
      'bash',
      ['-c', `set -euo pipefail; ${watch} | head -n 1; echo "exit codes: \${PIPESTATUS[*]}"`],
      {
        env: { PATH: process.env['PATH'] ?? '', CACHECTL_URL: redis.url },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    let isOver = false;
    const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
    void closed.then(() => (isOver = true));
    await until(() => out.includes('\n') || isOver);
    await until(async () => {
      await redis.call('INCR', 'a');
      return isOver;
    });
    expect(err).toBe('');
    expect(out).toMatch(/^.*(is not there|"changes":\["seen"\]).*\nexit codes: 0 0\n$/);
  },
);

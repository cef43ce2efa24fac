import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startGuarded } from '../../src/local-server/guarded-process.ts';
import { until } from '../support/until.ts';

test('half a line of a program is not taken for a whole one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const gate = path.join(folder, 'gate');
  await promisify(execFile)('mkfifo', [gate]);
  const script = 'printf "port 12"; cat "$1"; echo 34; exec cat "$1"';
  const program = await startGuarded(['sh', '-c', script, 'sh', gate], '');
  onTestFinished(() => program.stop());
  await until(() => program.output().endsWith('port 12'));
  const port = program.waitForLine((line) => /^port (\d+)$/.exec(line)?.[1]);
  await writeFile(gate, '');
  expect(await port).toBe('1234');
});

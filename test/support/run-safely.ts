import { expect } from 'vitest';
import { runMain, type RunOptions, type RunResult } from './run-main.ts';

/** Runs a command that meets a fault: whatever that is, no stack trace, no bug, and none of the secrets. */
export async function runSafely(
  argv: readonly string[],
  options: RunOptions = {},
  secrets: readonly string[] = [],
): Promise<RunResult> {
  const run = await runMain(argv, options);
  const said = run.stdout + run.stderr;
  expect(said).not.toMatch(/^\s+at /m);
  expect(said).not.toMatch(/unexpected failure/);
  for (const secret of secrets) expect(said).not.toContain(secret);
  return run;
}

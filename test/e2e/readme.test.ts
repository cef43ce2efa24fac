import { describe, expect, test } from 'vitest';
import { runBinary } from '../support/run-binary.ts';
import { normalizeSession, readmePart } from '../support/readme.ts';

describe('the README', () => {
  test('shows the session that the demo prints', async () => {
    const run = await runBinary(['demo'], { cwd: '/tmp' });
    // On a slow machine a line of progress may come, and nothing else.
    expect(run.stderr.replace(/^\S.*: [\d,]+ of [\d,]+ .*\n/gm, '')).toBe('');
    expect(run.code).toBe(0);
    const shown = readmePart('<!-- demo session -->\n```console\n', '\n```');
    expect(normalizeSession(shown)).toBe(normalizeSession(run.stdout));
  });
});

import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/errors.ts';
import { COMMANDS } from '../../../src/cli/registry.ts';
import { requireKnownCommand } from '../../../src/cli/unknown-command.ts';

/** What is said about a line: message and hint; `undefined` where its command is known. */
function complaint(line: string): string | undefined {
  try {
    requireKnownCommand(line.split(' '), COMMANDS);
    return undefined;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return `${error.message}; ${error.hint ?? ''}`;
  }
}

test.each([
  ['cler', 'unknown command "cler"; did you mean cachectl clear?'],
  // Its flags are those of the command that was meant.
  ['cler --pattern user:*', 'unknown command "cler"; did you mean cachectl clear?'],
  ['--url redis://h/0 cler', 'unknown command "cler"; did you mean cachectl clear?'],
  ['-qo json --timeout=3s cler', 'unknown command "cler"; did you mean cachectl clear?'],
  ['config shw', 'unknown command "config shw"; did you mean cachectl config show?'],
  ['config xyz', 'unknown command "config xyz"; cachectl config --help lists the commands'],
  ['version', 'unknown command "version"; cachectl --version shows it'],
  ['xyzzy', 'unknown command "xyzzy"; cachectl --help lists the commands'],
  // Whoever leaves a group away, or takes another one's.
  ['bump', 'unknown command "bump"; did you mean cachectl namespace bump?'],
  ['tags bump', 'unknown command "tags bump"; did you mean cachectl namespace bump?'],
  ['show', 'unknown command "show"; did you mean cachectl tags show or cachectl config show?'],
])('%s', (line, said) => {
  expect(complaint(line)).toBe(said);
});

describe('leaves alone', () => {
  test.each([
    'clear cler',
    '--config cler clear',
    '-o json clear',
    '-ojson clear',
    'stats diff cler cler',
    'config',
    '-- ping',
    // What is wrong with these is another thing, or nothing.
    '--unknown cler',
    'cler --help',
    '--version cler',
  ])('%s', (line) => {
    expect(complaint(line)).toBeUndefined();
  });

  test('every command', () => {
    for (const { path } of COMMANDS) expect(complaint(path.join(' '))).toBeUndefined();
  });
});

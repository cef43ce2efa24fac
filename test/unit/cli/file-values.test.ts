import { describe, expect, it } from 'vitest';
import { commandName, type CommandSpec } from '../../../src/cli/command.ts';
import { flagsOf, GLOBAL_FLAGS } from '../../../src/cli/global-options.ts';
import { parseCommandLine } from '../../../src/cli/program.ts';
import { COMMANDS } from '../../../src/cli/registry.ts';

function parse(spec: CommandSpec, ...flags: readonly string[]) {
  const required = (spec.args ?? []).filter((arg) => arg.required === true).map(() => 'x');
  return parseCommandLine([...spec.path, ...required, ...flags], COMMANDS);
}

/** Every flag of every command whose value looks like a file's name in its help. */
const FILE_FLAGS = COMMANDS.flatMap((spec) =>
  [...GLOBAL_FLAGS, ...flagsOf(spec)]
    .filter(({ value }) => value?.includes('FILE') === true)
    .map((flag) => [`${commandName(spec)} --${flag.name}`, { spec, flag }] as const),
);

describe('- as a file', () => {
  it.each(FILE_FLAGS)('is a stream that the help names, or refused: %s', (_, { spec, flag }) => {
    const line = (): unknown => parse(spec, `--${flag.name}`, '-');
    if (flag.dash === undefined) {
      expect(line).toThrow(`--${flag.name} takes the path of a file, and neither stdin nor stdout`);
      expect(line).toThrow(expect.objectContaining({ hint: 'a file that is called - is ./-', exitCode: 2 }));
      expect(flag.summary).not.toContain('- is');
    } else {
      expect(line).not.toThrow();
      expect(flag.summary).toContain(`- is ${flag.dash}`);
    }
    expect(() => parse(spec, `--${flag.name}`, './-')).not.toThrow();
  });

  it.each([
    [['restore', '-'], 'FILE takes the path of a file'],
    [['stats', 'diff', 'a.json', '-'], 'AFTER takes the path of a file'],
  ])('is refused as an argument: %j', (argv, message) => {
    expect(() => parseCommandLine(argv, COMMANDS)).toThrow(message);
  });

  it('is read by one flag alone', () => {
    expect(() => parseCommandLine(['clear', '--keys-from', '-', '--password-file', '-'], COMMANDS)).toThrow(
      '--keys-from - and --password-file - contradict each other: stdin can be read once',
    );
  });
});

describe('an empty name of a file', () => {
  it.each(FILE_FLAGS)('is told as such: %s', (_, { spec, flag }) => {
    expect(() => parse(spec, `--${flag.name}`, '')).toThrow(`--${flag.name} is empty: it names a file`);
  });
});

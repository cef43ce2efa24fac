import { expect, test } from 'vitest';
import { CachectlError } from '../../../src/cli/errors.ts';
import { ExitCode } from '../../../src/cli/exit-code.ts';
import { fieldLifeCommands, parseFieldLives } from '../../../src/inspect/field-lives.ts';

const names = (count: number): readonly Buffer[] =>
  Array.from({ length: count }, (_, index) => Buffer.from(`field:${index}`));
const unknown = new CachectlError("ERR unknown command 'HPTTL'", {
  code: 'redis.command',
  exitCode: ExitCode.partial,
});

test('asks about the fields by their number and names, as they are', () => {
  const odd = Buffer.from([0xff, 0x00]);
  expect(fieldLifeCommands(Buffer.from('h'), [Buffer.from('a'), odd])).toEqual([
    ['HPTTL', Buffer.from('h'), 'FIELDS', 2, Buffer.from('a'), odd],
  ]);
});

test('asks about very many fields in pieces, each once and in order', () => {
  const fields = names(2_001);
  const commands = fieldLifeCommands(Buffer.from('h'), fields);
  expect(commands.map((command) => command[3])).toEqual([1_000, 1_000, 1]);
  expect(commands.flatMap((command) => command.slice(4))).toEqual(fields);
});

test('reads lives: milliseconds, none (-1), and a field that is gone (-2)', () => {
  expect(parseFieldLives([[1_500, -1, -2, 0]])).toEqual([1_500, undefined, undefined, 0]);
});

test('a piece that is refused leaves the others where they belong', () => {
  const lives = parseFieldLives([[...Array<number>(1_000).fill(7)], unknown, [9]]);
  expect(lives).toHaveLength(2_001);
  expect([lives[0], lives[999], lives[1_000], lives[1_999], lives[2_000]]).toEqual([
    7,
    7,
    undefined,
    undefined,
    9,
  ]);
});

test('a server that knows no such command says nothing of any field', () => {
  expect(parseFieldLives([unknown]).every((life) => life === undefined)).toBe(true);
});

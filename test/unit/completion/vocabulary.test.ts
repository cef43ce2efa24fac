import { expect, test } from 'vitest';
import type { CommandSpec, FlagSpec } from '../../../src/cli/command.ts';
import { beginningOf } from '../../../src/completion/key-beginnings.ts';
import { argumentValues, valuesOf } from '../../../src/completion/values.ts';
import { vocabularyOf } from '../../../src/completion/vocabulary.ts';

function spec(path: CommandSpec['path'], flags: readonly FlagSpec[]): CommandSpec {
  return {
    path,
    summary: `about ${path.join(' ')}`,
    flags,
    examples: [],
    risk: 'read',
    spec: 'none',
    formats: ['table', 'csv'],
    usesRedis: false,
    load: () => Promise.reject(new Error('never loaded')),
  };
}

test('a group of commands is a word of its own, with its commands behind it', () => {
  const { branches } = vocabularyOf([spec(['a'], []), spec(['g', 'x'], []), spec(['g', 'y'], [])]);
  expect(branches).toEqual([
    {
      path: '',
      words: [
        { word: 'a', summary: 'about a' },
        { word: 'g', summary: 'x, y' },
      ],
    },
    {
      path: 'g',
      words: [
        { word: 'x', summary: 'about g x' },
        { word: 'y', summary: 'about g y' },
      ],
    },
  ]);
});

test('what a command takes comes behind what a command below it takes, whose path begins with the same words', () => {
  const above = { ...spec(['a'], []), args: [{ name: 'CONDITION', summary: '', repeatable: true }] };
  const below = { ...spec(['a', 'b'], []), args: [{ name: 'BEFORE', summary: '', isFile: true }] };
  expect(vocabularyOf([above, below]).arguments).toEqual([
    { path: 'a b', position: '1', values: { kind: 'file' } },
    { path: 'a', position: '*', values: { kind: 'any' } },
  ]);
});

test('a flag that means two things is told apart by its command', () => {
  const { valueRules } = vocabularyOf([
    spec(['a'], [{ name: 'how', value: 'WHAT', choices: ['x'], summary: '' }]),
    spec(['b'], [{ name: 'how', value: 'WHAT', choices: ['y'], summary: '' }]),
    spec(['c'], [{ name: 'how', summary: '' }]),
  ]);
  const rules = valueRules.filter(({ flags }) => flags.some(({ name }) => name === '--how'));
  expect(rules).toEqual([
    { values: { kind: 'words', words: ['x'] }, flags: [{ name: '--how', path: 'a' }] },
    { values: { kind: 'words', words: ['y'] }, flags: [{ name: '--how', path: 'b' }] },
  ]);
});

test.each([
  [{ name: 'report', value: 'FILE.html', summary: '' }, { kind: 'file' }],
  [
    { name: 'scope', value: 'NAME', summary: '' },
    { kind: 'lookup', lookup: 'scopes' },
  ],
  [
    { name: 'tag', value: 'TAG', summary: '' },
    { kind: 'lookup', lookup: 'tags' },
  ],
  [{ name: 'limit', value: 'N', summary: '' }, { kind: 'any' }],
  [{ name: 'all', summary: '' }, undefined],
] as const)('what %j takes', (flag, values) => {
  expect(valuesOf(flag)).toEqual(values);
});

test('an argument is known by its name, and in a family of commands by the family', () => {
  expect(argumentValues({ name: 'EVENT', summary: '' }, ['invalidate'])).toEqual({
    kind: 'lookup',
    lookup: 'events',
  });
  expect(argumentValues({ name: 'NAME', summary: '' }, ['namespace', 'get'])).toEqual({
    kind: 'lookup',
    lookup: 'namespaces',
  });
});

test.each([
  ['user:42:cart', 2, 'user:'],
  ['user:42:cart', 5, 'user:42:'],
  ['user:42', 5, 'user:42'],
])('of %s, after %i characters, %s is offered', (key, typed, offered) => {
  expect(beginningOf(key, typed)).toBe(offered);
});

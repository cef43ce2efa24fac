import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { interpolate } from '../../../src/config/interpolate.ts';

describe('environment variables in values', () => {
  it.each([
    ['${A}', 'one'],
    ['x${A}y${A}', 'xoneyone'],
    ['${NONE:-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${A:-d}', 'one'],
    ['${NONE:-}', ''],
    ['${NONE:-user:{id}}', 'user:{id}'],
    ['${NONE:-${A}}', 'one'],
    ['${A:?m}', 'one'],
    ['${EMPTY}', ''],
    ['$${A}', '${A}'],
    ['$A', '$A'],
    ['$', '$'],
  ])('reads %s as %j', (text, value) => {
    expect(interpolate(text, { A: 'one', EMPTY: '' })).toMatchObject({ value, problems: [] });
  });

  it('warns about a variable that is not set', () => {
    expect(interpolate('a${NONE}', {})).toEqual({
      value: 'a',
      variables: [],
      problems: [{ kind: 'unset', offset: 1, message: 'the environment variable NONE is not set' }],
    });
  });

  it('reports a required variable that is unset or empty with its message', () => {
    const problem = { kind: 'required', message: 'the environment variable N is not set: run login' };
    expect(interpolate('${N:?run login}', {}).problems).toMatchObject([problem]);
    expect(interpolate('${N:?run login}', { N: '' }).problems).toMatchObject([problem]);
  });

  it.each(['${', '${A', '${}', '${1}', '${A:+x}', '${A:-{}'])('refuses %s', (text) => {
    expect(interpolate(text, { A: 'x' }).problems).toMatchObject([{ kind: 'syntax', offset: 0 }]);
  });

  it('points at the nested reference inside a default', () => {
    expect(interpolate('ab${X:-c${Y}}', {}).problems).toMatchObject([{ kind: 'unset', offset: 8 }]);
  });

  it('never finds a property of Object', () => {
    expect(interpolate('${constructor:-d}', {}).value).toBe('d');
  });

  it('names the variables whose values were used, and no others', () => {
    expect(interpolate('${A}${B:-x}${A}', { A: '1' }).variables).toEqual(['A']);
  });

  it('does not read what a variable holds as another reference', () => {
    expect(interpolate('${A}', { A: '${B}' })).toMatchObject({ value: '${B}', problems: [] });
  });

  it('leaves text without ${ as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => !text.includes('${')),
        (text) => {
          expect(interpolate(text, { A: 'x' })).toEqual({ value: text, variables: [], problems: [] });
        },
      ),
    );
  });

  it('reports a chain of defaults that is too deep instead of exhausting the stack', () => {
    const text = '${A:-'.repeat(50_000) + '}'.repeat(50_000);
    expect(interpolate(text, {}).problems).toMatchObject([{ kind: 'syntax' }]);
  });
});

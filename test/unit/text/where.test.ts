import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillWhere, meets, parseWhere, type WhereError, writeWhere } from '../../../src/text/where.ts';

const where = (text: string, variables: Record<string, string> = {}) =>
  fillWhere(parseWhere(text), variables);

describe('a condition on variables', () => {
  it('compares as text', () => {
    expect(meets(where('id == 42'), { id: '42' })).toBe(true);
    expect(meets(where('id == 42'), { id: '042' })).toBe(false);
    expect(meets(where('lang != de'), { lang: 'fr' })).toBe(true);
    expect(meets(where('lang != de'), { lang: 'de' })).toBe(false);
  });

  it('holds only where all of its parts hold', () => {
    const both = where('id==1 and lang == "en gb"');
    expect(meets(both, { id: '1', lang: 'en gb' })).toBe(true);
    expect(meets(both, { id: '1', lang: 'en' })).toBe(false);
  });

  it('takes a missing variable for equal to nothing, names of every object included', () => {
    expect(meets(where('constructor == x'), {})).toBe(false);
    expect(meets(where('id != 1'), {})).toBe(true);
  });

  it('keeps a value a value, whatever is in it', () => {
    const filled = where('id == {id}', { id: '1 and lang == "de"' });
    expect(filled).toEqual([{ name: 'id', isEqual: true, value: '1 and lang == "de"' }]);
  });

  it('is written so that it reads back the same', () => {
    const term = fc.record({
      name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,5}$/),
      isEqual: fc.boolean(),
      value: fc.string({ minLength: 1, unit: 'binary' }),
    });
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 4 }), (terms) => {
        expect(where(writeWhere(terms))).toEqual(terms);
      }),
    );
  });

  it.each([
    ['', 'the name of a variable is missing', 0],
    ['id', '== or != is missing after id', 2],
    ['id = 4', '== or != is missing after id', 3],
    ['id ==', 'a value is missing', 5],
    ['id == 4 or id == 5', 'conditions are joined with and', 7],
    ['id == 4 and', 'conditions are joined with and', 7],
    ['id == "a', 'a value is missing', 6],
    ['id == {a', 'unmatched `{`', 6],
  ])('refuses %j', (text, message, offset) => {
    expect(() => parseWhere(text)).toThrow(expect.objectContaining({ message, offset }) as WhereError);
  });
});

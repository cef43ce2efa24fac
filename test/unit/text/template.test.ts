import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseTemplate, placeholders, renderTemplate, TemplateError } from '../../../src/text/template.ts';

const escapeBraces = (text: string) => text.replaceAll('{', '{{').replaceAll('}', '}}');
const variableName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,8}$/);

describe('templates', () => {
  it('splits text into literals and placeholders', () => {
    expect(parseTemplate('user:{id}:x').parts).toEqual([
      { type: 'literal', text: 'user:' },
      { type: 'placeholder', name: 'id', offset: 5 },
      { type: 'literal', text: ':x' },
    ]);
  });

  it('reads doubled braces as literal ones', () => {
    expect(renderTemplate(parseTemplate('{{{id}}}'), { id: '7' })).toBe('{7}');
  });

  it.each([
    ['a{b', 1],
    ['a}b', 1],
    ['{a{b}', 0],
    ['x{}', 1],
    ['{1a}', 0],
    ['{a b}', 0],
    ['{', 0],
  ])('refuses %j and says where', (text, offset) => {
    let thrown: unknown;
    try {
      parseTemplate(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TemplateError);
    expect(thrown).toMatchObject({ offset });
  });

  it('lists each placeholder once, in order of first use', () => {
    expect(placeholders(parseTemplate('{b}{a}{b}'))).toEqual(['b', 'a']);
  });

  it('encodes variables but not literal text', () => {
    expect(renderTemplate(parseTemplate('/a b/{q}'), new Map([['q', 'c/d']]), encodeURIComponent)).toBe(
      '/a b/c%2Fd',
    );
  });

  it('refuses to render without a value, even where Object has a property of that name', () => {
    expect(() => renderTemplate(parseTemplate('{constructor}'), {})).toThrow('no value for `{constructor}`');
  });

  it('gives any text back once its braces are doubled', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(renderTemplate(parseTemplate(escapeBraces(text)), {})).toBe(text);
      }),
    );
  });

  it('puts every variable exactly where its placeholder stands', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), variableName, fc.string())), (pieces) => {
        const variables = new Map(pieces.map(([, name, value]) => [name, value]));
        const text = pieces.map(([literal, name]) => `${escapeBraces(literal)}{${name}}`).join('');
        const expected = pieces.map(([literal, name]) => literal + (variables.get(name) ?? '')).join('');
        expect(renderTemplate(parseTemplate(text), variables)).toBe(expected);
      }),
    );
  });

  it('throws nothing but TemplateError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', '1', ' ') }), (text) => {
        try {
          parseTemplate(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
    );
  });
});

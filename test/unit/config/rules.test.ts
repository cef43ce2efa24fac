import { expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/diagnose.ts';
import { parseSpec } from '../../../src/config/load.ts';

/** `line message, suggestion` of every mistake. */
function mistakes(rules: string): readonly string[] {
  const text = `version: 1
namespaces: { products: {} }
scopes: { items: { entries: [{ key: "item:{id}", path: "/{id}", foreach: { from: range, start: 1, end: 2, as: id } }] } }
invalidation:
${rules}
`;
  try {
    parseSpec({ path: 'cachectl.yaml', text }, {});
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.diagnostics.map(({ message, suggestion = '' }) => `${message}, ${suggestion}`);
  }
}

it('takes rules that fit the rest of the file', () => {
  expect(
    mistakes(`  a: { clear: ["item:{id}", 7], bump: [products], rewarm: { scope: items, where: "id == {id}" } }
  b: { rewarm: [{ scope: all, where: "whatever == 1" }, { scope: items }] }`),
  ).toEqual([]);
});

it('finds what a rule can have no meaning with, all at once', () => {
  expect(
    mistakes(`  nothing: { description: x }
  names: { bump: [product], rewarm: { scope: item } }
  where: { rewarm: [{ scope: items, where: "ip == {id}" }, { scope: items, where: "id = 4" }] }
  clear: { clear: ["item:{id", ""] }
  http: { http: [{ method: "P URGE", url: "/x" }] }
  typo: { claer: [x] }`),
  ).toEqual([
    'this rule does nothing, give it clear, tags, bump, http, rewarm',
    'no namespace `product`, did you mean `products`?',
    'no scope `item`, did you mean `items`?',
    'no entry of the scope has a variable `ip`, did you mean `id`?',
    '== or != is missing after id, write a condition such as id == 42 or lang != "de", several joined with and',
    'unmatched `{`, a literal brace is `{{` or `}}`',
    'expected a key or a pattern, found nothing, ',
    'this is not the name of an HTTP method, ',
    'expected an absolute http:// or https:// URL, ',
    'unknown key `claer`, did you mean `clear`?',
  ]);
});

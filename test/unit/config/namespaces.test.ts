import { expect, test } from 'vitest';
import { ConfigError } from '../../../src/config/diagnose.ts';
import { parseSpec } from '../../../src/config/load.ts';

function load(text: string) {
  return parseSpec({ path: 'cachectl.yaml', text: `version: 1\n${text}` }, {}).spec;
}

function mistakes(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.diagnostics.map(({ line, message }) => `${line}: ${message}`);
  }
  return [];
}

test('a namespace needs nothing but its name', () => {
  expect(
    load('namespaces: { products: {}, "a-b": { initial: 0, key: "x{version}y{key}" } }').namespaces,
  ).toEqual({
    products: {
      name: 'products',
      versionKey: 'cache_version:products',
      key: 'products:v{version}:{key}',
      initial: 1,
    },
    'a-b': { name: 'a-b', versionKey: 'cache_version:a-b', key: 'x{version}y{key}', initial: 0 },
  });
});

test('entries of different namespaces may have the same key', () => {
  const { scopes } = load(`namespaces: { a: {}, b: {} }
scopes: { s: { entries: [{ key: list, path: /a, namespace: a }, { key: list, path: /b, namespace: b }] } }`);
  expect(scopes['s']?.entries.map(({ namespace }) => namespace)).toEqual(['a', 'b']);
});

test.each([
  ['namespaces: { a: { key: "a:{key}" } }', /`\{version\}` and `\{key\}`, each once/],
  ['namespaces: { a: { key: "a{version}{key}" } }', /where does the number end/],
  ['namespaces: { a: { key: "a1{version}:{key}" } }', /where does the number end/],
  ['namespaces: { a: { key: "a{version" } }', /unmatched/],
  ['namespaces: { a: { version_key: "" } }', /a key is not empty/],
  ['namespaces: { a: { version_key: "a}" } }', /a hash tag/],
  ['namespaces: { "a{b": {} }', /a hash tag/],
  ['namespaces: { a: { key_version: true } }', /the layout is not django/],
  ['namespaces: { a: {}, b: { version_key: "cache_version:a" } }', /`a` has the same counter/],
  [
    'layout: { type: django }\nnamespaces: { a: { key_version: true }, b: { key_version: true } }',
    /only one namespace can be VERSION/,
  ],
  [
    'layout: { type: django }\nnamespaces: { a: { key_version: true, key: "a:{version}:{key}" } }',
    /contradict each other/,
  ],
  ['namespaces: { "a b": {} }', /no spaces/],
  ['scopes: { s: { entries: [{ key: a, path: /, namespace: b }] } }', /no namespace `b`/],
  [
    'namespaces: { b: {} }\nscopes: { s: { entries: [{ key: a, path: /, namespace: b, mode: touch }] } }',
    /goes with `mode: store`/,
  ],
])('%s', (text, message) => {
  expect(mistakes(text)).toEqual([expect.stringMatching(message)]);
});

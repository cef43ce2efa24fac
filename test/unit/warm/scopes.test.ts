import { describe, expect, it } from 'vitest';
import { DEFAULT_LAYOUT, PRODUCT_DEFAULTS, type Spec } from '../../../src/config/spec.ts';
import { chooseScopes } from '../../../src/warm/scopes.ts';

function spec(...names: readonly string[]): Spec {
  const scopes = Object.assign(
    Object.create(null) as Spec['scopes'],
    Object.fromEntries(names.map((name) => [name, { name, entries: [] }])),
  );
  return {
    version: 1,
    connections: {},
    layout: DEFAULT_LAYOUT,
    ttlClasses: {},
    namespaces: {},
    defaults: PRODUCT_DEFAULTS,
    scopes,
  };
}

function choose(known: readonly string[], names: readonly string[]): readonly string[] {
  return chooseScopes(spec(...known), names).map(({ name }) => name);
}

describe('the choice of scopes', () => {
  it('takes those that are named, each once, in that order', () => {
    expect(choose(['a', 'b', 'c'], ['c', 'a', 'c'])).toEqual(['c', 'a']);
  });

  it('takes every scope for all', () => {
    expect(choose(['a', 'b'], ['all'])).toEqual(['a', 'b']);
    expect(choose(['a', 'b'], ['b', 'all'])).toEqual(['b', 'a']);
  });

  it('refuses unknown names with the nearest one and the list', () => {
    expect(() => choose(['homepage', 'users'], ['user'])).toThrow(
      expect.objectContaining({
        message: 'the spec file has no scope "user"',
        hint: 'did you mean users? it has homepage, users, and all is every scope',
      }),
    );
    expect(() => choose(['homepage'], ['xyz'])).toThrow(
      expect.objectContaining({ hint: 'it has homepage, and all is every scope' }),
    );
    expect(() => choose(['homepage'], ['constructor'])).toThrow('the spec file has no scope "constructor"');
  });

  it('lists the scopes where none is named, and says where there are none', () => {
    expect(() => choose(['a', 'b'], [])).toThrow(
      expect.objectContaining({ hint: 'say --scope NAME, one of a, b, or --scope all' }),
    );
    expect(() => choose([], ['all'])).toThrow('the spec file defines no scopes');
  });
});

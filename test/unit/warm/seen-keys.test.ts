import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntrySpec, ScopeSpec } from '../../../src/config/spec.ts';
import { orderScopes, splitIntoWaves } from '../../../src/warm/order.ts';
import { SeenKeys } from '../../../src/warm/seen-keys.ts';

const entry = (line: number): EntrySpec => ({
  key: 'k',
  path: '/',
  ttlSeconds: 1,
  ttlJitter: 0,
  headers: {},
  tags: [],
  at: { pointer: '', line },
});

describe('the keys of a run', () => {
  it('are told apart from the same request and from another one, however many there are', () => {
    const seen = new SeenKeys();
    const [first, second] = [entry(1), entry(2)];
    const target = (n: number, url: string, from: EntrySpec, headers = {}) => ({
      physicalKey: Buffer.from(`key ${n}`),
      url,
      headers,
      entry: from,
    });
    const count = 20_000;
    for (let n = 0; n < count; n++) expect(seen.check(target(n, `/${n}`, first)).kind).toBe('new');
    for (let n = 0; n < count; n += 7) {
      expect(seen.check(target(n, `/${n}`, second))).toEqual({ kind: 'same' });
      expect(seen.check(target(n, `/${n + 1}`, second))).toEqual({ kind: 'conflict', entry: first });
      expect(seen.check(target(n, `/${n}`, second, { a: 'b' })).kind).toBe('conflict');
    }
  });
});

describe('the order of scopes', () => {
  it('never has a scope before one that it depends on, nor in the same wave', () => {
    const scopes = fc
      .array(fc.record({ priority: fc.integer({ min: -2, max: 2 }), on: fc.array(fc.nat(9)) }), {
        maxLength: 10,
      })
      .map((list) =>
        // Only earlier ones, so that there is no cycle.
        list.map(({ priority, on }, index): ScopeSpec => ({
          name: String(index),
          priority,
          dependsOn: on.filter((other) => other < index).map(String),
          entries: [],
        })),
      );
    fc.assert(
      fc.property(scopes, (chosen) => {
        const waves = splitIntoWaves(orderScopes(chosen).map((scope) => ({ scope })));
        expect(waves.flat()).toHaveLength(chosen.length);
        const done = new Set<string>();
        for (const wave of waves) {
          for (const { scope } of wave) {
            expect((scope.dependsOn ?? []).every((name) => done.has(name))).toBe(true);
          }
          for (const { scope } of wave) done.add(scope.name);
        }
      }),
    );
  });
});

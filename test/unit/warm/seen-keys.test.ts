import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntrySpec, ScopeSpec } from '../../../src/config/spec.ts';
import { DigestTable } from '../../../src/warm/digest-table.ts';
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

describe('a table of digests', () => {
  it('finds what was added, and nothing else, however alike the digests are', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(8, 12, 20), (seed, bits) => {
        let state = seed;
        // Few different bits at both ends: pages fill up unevenly, and slots collide.
        const digest = (): number => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
          return (((state >>> 16) & 3) * 2 ** 30 + ((state >>> 4) & (2 ** bits - 1))) >>> 0;
        };
        const table = new DigestTable();
        const model = new Map<string, { readonly request: number; readonly entry: number }>();
        for (let number = 0; number < 3_000; number++) {
          const [high, low] = [digest(), digest()];
          const [request, entry] = [number, number % 10];
          const name = `${high} ${low}`;
          const found = table.find(high, low);
          const known = model.get(name);
          const isRight =
            known === undefined
              ? found === undefined
              : found?.request === known.request && found.entry === known.entry;
          if (!isRight) throw new Error(`${name} is not what was added`);
          if (found !== undefined) continue;
          table.add(request, entry);
          // What is full of digests that agree takes no more.
          if (model.size < 200 || table.find(high, low) !== undefined) model.set(name, { request, entry });
        }
      }),
      { numRuns: 30 },
    );
  });
  it('remembers 1.3 million digests, and knows them all', () => {
    const table = new DigestTable();
    // A step that has no factor in common with the range: no two are equal, and they lie everywhere.
    const high = (n: number): number => Math.imul(n, 0x9e3779b1) >>> 0;
    const count = 1_300_000;
    for (let n = 0; n < count; n++) {
      if (table.find(high(n), n) !== undefined) throw new Error(`${n} is not new`);
      table.add(n, n % 100);
    }
    for (let n = 0; n < count; n++) {
      const found = table.find(high(n), n);
      if (found?.request !== n || found.entry !== n % 100) throw new Error(`${n} is lost`);
    }
    expect(table.find(high(count), count)).toBeUndefined();
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

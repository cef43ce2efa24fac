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
  it('are only remembered where they were expected, once anything was, and anew for each walk', () => {
    const seen = new SeenKeys();
    const target = (key: string, url: string) => ({
      physicalKey: Buffer.from(key),
      url,
      headers: {},
      entry: entry(1),
    });
    seen.expect({ physicalKey: Buffer.from('twice') });
    for (let walk = 0; walk < 2; walk++) {
      const kinds = [
        target('once', '/1'),
        target('once', '/2'),
        target('twice', '/1'),
        target('twice', '/1'),
        target('twice', '/2'),
      ].map((each) => seen.check(each).kind);
      expect(kinds).toEqual(['new', 'new', 'new', 'same', 'conflict']);
      seen.restart();
    }
  });
});

/** Digests of a table's width, numbered through: never all 0. */
const digestOf = (...numbers: readonly number[]): Uint16Array => {
  const digest = Uint16Array.from(numbers);
  if (digest.slice(0, 3).every((number) => number === 0)) digest[2] = 1;
  return digest;
};

describe('a table of digests', () => {
  it.each([3, 4] as const)(
    'of %i numbers finds what was added, and nothing else, however alike the digests are',
    (width) => {
      fc.assert(
        fc.property(fc.integer(), fc.constantFrom(1, 3, 10, 16), (seed, bits) => {
          let state = seed;
          // Few different bits at both ends: some pages are full while others are empty, and slots collide.
          const number = (): number => {
            state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
            return (((state >>> 30) << 14) + ((state >>> 8) & (2 ** bits - 1))) & 0xffff;
          };
          const table = new DigestTable(width, 1, 64 * 1024);
          const model = new Map<string, number>();
          for (let count = 0; count < 4_000; count++) {
            const digest = digestOf(number(), number(), number(), number());
            const name = digest.slice(0, width).join();
            const slot = table.find(digest);
            const found = slot === -1 ? undefined : table.read(slot, 0);
            if (found !== model.get(name)) throw new Error(`${name} is not what was added`);
            if (found !== undefined) continue;
            const added = table.add(digest);
            // What is full of digests that agree takes no more.
            if (added === -1) continue;
            table.write(added, 0, count);
            model.set(name, count);
          }
          expect(table.size).toBe(model.size);
          for (const [name, value] of model) {
            const slot = table.find(digestOf(...name.split(',').map(Number)));
            if (slot === -1 || table.read(slot, 0) !== value) throw new Error(`${name} is lost`);
          }
        }),
        { numRuns: 12 },
      );
    },
  );
  it('takes a page of digests that agree, and then no more of them', () => {
    const table = new DigestTable(4, 0, 64 * 1024);
    const added = Array.from({ length: 2_000 }, (_, n) => table.add(digestOf(7, 7, n, n)) !== -1);
    expect(added.filter(Boolean)).toHaveLength(960);
    expect(table.find(digestOf(7, 7, 0, 0))).not.toBe(-1);
    expect(table.find(digestOf(7, 7, 1_999, 1_999))).toBe(-1);
  });
  it('remembers four million digests, and knows them all', () => {
    const table = new DigestTable(3, 0, 5.5 * 2 ** 20);
    const digest = new Uint16Array(3);
    // A step that has no factor in common with the range: no two are equal, and they lie everywhere.
    const number = (n: number): Uint16Array => {
      const high = Math.imul(n + 1, 0x9e3779b1);
      digest[0] = high >>> 16;
      digest[1] = high;
      digest[2] = n;
      return digest;
    };
    const count = 4_000_000;
    for (let n = 0; n < count; n++) {
      if (table.find(number(n)) !== -1) throw new Error(`${n} is not new`);
      if (table.add(number(n)) === -1) throw new Error(`no room for ${n}`);
    }
    for (let n = 0; n < count; n++) if (table.find(number(n)) === -1) throw new Error(`${n} is lost`);
    expect(table.find(number(count))).toBe(-1);
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

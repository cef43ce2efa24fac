import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PathCounts } from '../../src/warm/sources/path-counts.ts';
import { PathSpill } from '../../src/warm/sources/path-spill.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

function addPath(counts: PathCounts, text: string, hash: (byte: number, sum: number) => number): void {
  const bytes = Buffer.from(text, 'utf8');
  counts.add(bytes, 0, bytes.length, bytes.reduce((sum, byte) => hash(byte, sum), 7) >>> 0);
}

/** The paths of a Map from the most requests to the fewest, and in the order in which they came. */
function ranking(paths: readonly string[]): readonly { readonly path: string; readonly requests: number }[] {
  const counts = new Map<string, number>();
  for (const each of paths) counts.set(each, (counts.get(each) ?? 0) + 1);
  return Array.from(counts, ([name, requests]) => ({ path: name, requests })).sort(
    (a, b) => b.requests - a.requests,
  );
}

describe('paths of a log that do not fit into memory', () => {
  it('are counted exactly, and come in the same order, whatever their hashes are', () => {
    const paths = fc.array(
      fc.oneof(
        fc.nat(12).map((n) => `/${n}`),
        fc.nat(400).map((n) => `/much/longer/${n}`),
        fc.constantFrom('/é', `/${'x'.repeat(60_000)}`, `/${'y'.repeat(60_000)}`),
      ),
      { maxLength: 600 },
    );
    const hashes = fc.constantFrom(
      (byte: number, sum: number) => Math.imul(sum ^ byte, 0x01000193),
      (byte: number, sum: number) => (sum + byte) & 3,
      () => 1,
    );
    const tops = fc.constantFrom(0, 1, 7, 100, Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(paths, hashes, tops, fc.integer({ min: 1, max: 40 }), (list, hash, top, most) => {
        const counts = new PathCounts({ paths: most, bytes: 200_000 }, new PathSpill(folder));
        for (const each of list) addPath(counts, each, hash);
        counts.finish(top);
        const expected = ranking(list).slice(0, top);
        // Walked twice: for the plan, and to carry it out.
        expect([...counts.ranked(top)]).toEqual(expected);
        expect([...counts.ranked(top)]).toEqual(expected);
        expect(counts.uncertainty).toBe(0);
      }),
      { numRuns: 60 },
    );
    // Nothing has a name, not even while it is in use.
    expect(readdirSync(folder)).toEqual([]);
  });
  it('are kept in memory where there is no place for a temporary file', () => {
    const counts = new PathCounts(
      { paths: 8, bytes: 200_000 },
      new PathSpill(path.join(folder, 'not-there')),
    );
    const list = Array.from({ length: 5_000 }, (_, n) => `/${Math.floor(Math.sqrt(n))}`);
    for (const each of list) addPath(counts, each, (byte, sum) => Math.imul(sum ^ byte, 0x01000193));
    counts.finish(10);
    expect([...counts.ranked(10)]).toEqual(ranking(list).slice(0, 10));
  });
});

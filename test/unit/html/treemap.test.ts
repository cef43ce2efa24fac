import fc from 'fast-check';
import { expect, test } from 'vitest';
import { squarify, treemap } from '../../../src/html/treemap.ts';

const frame = { x: 10, y: 20, width: 600, height: 400 };

test('every value gets its share of the frame, inside of it and on nobody else', () => {
  const values = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, (unsorted) => {
      const sorted = unsorted.sort((a, b) => b - a);
      const total = sorted.reduce((sum, value) => sum + value, 0);
      const areas = squarify(sorted, frame);
      expect(areas).toHaveLength(sorted.length);
      for (const [index, { x, y, width, height }] of areas.entries()) {
        expect((width * height) / (600 * 400)).toBeCloseTo((sorted[index] ?? 0) / total, 6);
        expect(x).toBeGreaterThanOrEqual(10 - 1e-6);
        expect(y).toBeGreaterThanOrEqual(20 - 1e-6);
        expect(x + width).toBeLessThanOrEqual(610 + 1e-6);
        expect(y + height).toBeLessThanOrEqual(420 + 1e-6);
        for (const other of areas.slice(index + 1)) {
          const overlapX = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
          const overlapY = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
          expect(Math.min(overlapX, overlapY)).toBeLessThan(1e-6);
        }
      }
    }),
  );
});

test('alike values make rectangles that are nearly square', () => {
  for (const { width, height } of squarify(
    Array.from({ length: 24 }, () => 1),
    frame,
  ))
    expect(Math.max(width / height, height / width)).toBeLessThan(2);
});

test('shows parts inside their whole, and every name at least as a tooltip', () => {
  const { markup } = treemap('memory', [
    { name: 'tiny', value: 1, shown: '1 B' },
    {
      name: 'user:',
      value: 3_000,
      shown: '3 KB',
      parts: [
        { name: 'user:{n}:a', value: 2_000, shown: '2 KB' },
        { name: '<b>', value: 1_000, shown: '1 KB' },
      ],
    },
    { name: 'empty', value: 0, shown: '0 B' },
  ]);
  expect(markup).toContain('<title>tiny: 1 B</title>');
  expect(markup).toContain('<title>&lt;b&gt;: 1 KB</title>');
  expect(markup).toContain('>user:  3 KB</text>');
  expect(markup).not.toContain('empty');
  expect(markup).not.toContain('NaN');
  expect(treemap('nothing', []).markup).toContain('<svg');
});

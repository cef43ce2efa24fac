import { expect, test } from 'vitest';
import { plainLayout } from '../../../src/keys/layout/plain.ts';
import { BreakdownCounter } from '../../../src/selection/breakdown.ts';
import { breakdownJson, renderBreakdown } from '../../../src/selection/render-breakdown.ts';

test('names first segments as the application does, whatever their bytes', () => {
  const counter = new BreakdownCounter(plainLayout({ type: 'plain', prefix: 'shop:' }));
  const keys = ['商品:1', '商品:2', '商品:3', '🎉:1', '🎉:2', 'new\nline:1'].map((key) =>
    Buffer.from(`shop:${key}`),
  );
  for (const key of [...keys, Buffer.from('shop:b\xff:1', 'latin1')]) counter.name(key);
  const breakdown = counter.result();
  expect(renderBreakdown(breakdown, keys.length)).toContain(
    String.raw`by first segment: 商品: 3, 🎉: 2, "b\xff:" 1, new\nline: 1`,
  );
  expect(breakdownJson(breakdown, keys.length)['segments']).toEqual([
    { segment: '商品:', keys: 3 },
    { segment: '🎉:', keys: 2 },
    { segment: String.raw`"b\xff:"`, keys: 1 },
    { segment: 'new\nline:', keys: 1 },
  ]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLayout } from '../../../src/keys/layout.ts';

const bytes = fc.uint8Array().map((array) => Buffer.from(array));

test('a physical key is the logical one behind the prefix, and leads back to it', () => {
  fc.assert(
    fc.property(fc.string(), bytes, (prefix, key) => {
      const layout = createLayout({ type: 'plain', prefix });
      const physical = layout.toPhysical(key);
      expect(physical).toEqual(Buffer.concat([Buffer.from(prefix), key]));
      expect(layout.toLogical(physical)).toEqual(key);
    }),
  );
});

test('a physical key without the prefix has no logical one', () => {
  const layout = createLayout({ type: 'plain', prefix: 'shop:' });
  expect(layout.toLogical(Buffer.from('shopping'))).toBeUndefined();
  expect(layout.toLogical(Buffer.from('sho'))).toBeUndefined();
});

test('the prefix of a pattern is taken literally', () => {
  const layout = createLayout({ type: 'plain', prefix: 'shop[1]*:' });
  expect(layout.toPhysicalPattern(Buffer.from('user:*')).toString()).toBe('shop\\[1\\]\\*:user:*');
});

test('without a spec, keys are what they are', () => {
  const layout = createLayout(undefined);
  expect(layout.toPhysical(Buffer.from('a')).toString()).toBe('a');
  expect(layout.prefix).toHaveLength(0);
});

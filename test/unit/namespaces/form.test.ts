import { expect, test } from 'vitest';
import { defaultNamespace } from '../../../src/config/namespaces.ts';
import { buildLayout } from '../../../src/config/layout.ts';
import { createLayout } from '../../../src/keys/layout.ts';
import { matchesGlob } from '../../../src/keys/pattern.ts';
import { namespaceForm, type NamespaceForm } from '../../../src/namespaces/form.ts';
import { garbageOf } from '../../../src/namespaces/run-gc.ts';
import slotOf from 'cluster-key-slot';

const shop = createLayout({ type: 'plain', prefix: 'shop:' });
const django = createLayout(buildLayout({ type: 'django', prefix: ['shop', 'old'], version: [2, 3] }));

function physical(form: NamespaceForm, version: number, key: string): string {
  const place = form.place(version);
  return place.layout.toPhysical(Buffer.from(place.logicalKey(key))).toString();
}

test('the default form is the one of the counter and a version in the key', () => {
  const form = namespaceForm(defaultNamespace('products'), shop);
  expect(String(form.counter)).toBe('shop:cache_version:products');
  expect(physical(form, 7, '42')).toBe('shop:products:v7:42');
});

test('every key that is written is found again, with its version', () => {
  for (const key of [
    '{key}-{version}',
    'a*[b]\\:v{version}:{key}',
    'ä {{x}}.v{version}.{key}',
    'v{version}/{key}',
  ]) {
    const form = namespaceForm({ name: 'n', versionKey: 'c', key, initial: 1 }, shop);
    for (const [version, name] of [
      [0, 'a'],
      [7, 'v8:x'],
      [123_456, '1:2\n3'],
    ] as const) {
      const stored = Buffer.from(physical(form, version, name));
      expect(form.versionOf(stored)).toBe(version);
      expect(form.globs.some((glob) => matchesGlob(glob, stored))).toBe(true);
    }
  }
});

test('a key that only looks similar is none of the namespace', () => {
  const form = namespaceForm(defaultNamespace('products'), shop);
  for (const key of [
    'shop:products:v07:1',
    'shop:products:vx:1',
    'products:v7:1',
    'shop:xproducts:v7:1',
    'shop:products:v7',
  ]) {
    expect(form.versionOf(Buffer.from(key)), key).toBeUndefined();
  }
});

test("Django's key version is the version of all keys but those that cachectl keeps", () => {
  const form = namespaceForm({ name: 'all', versionKey: 'c', key: undefined, initial: 1 }, django);
  expect(String(form.counter)).toBe('shop:2:c');
  expect(physical(form, 9, 'user:1')).toBe('shop:9:user:1');
  expect(form.versionOf(Buffer.from('old:9:user:1'))).toBe(9);
  expect(form.versionOf(Buffer.from('shop:9:cachectl:warm:user:1'))).toBeUndefined();
  expect([...form.shared]).toEqual([2, 3]);
});

test('what cachectl remembers of a counter is in its slot', () => {
  for (const versionKey of ['cache_version:products', '{tenant:7}:version', 'v:{a}:{b}']) {
    const { counter, state } = namespaceForm({ ...defaultNamespace('n'), versionKey }, shop);
    expect(slotOf(state), versionKey).toBe(slotOf(counter));
  }
  const tagged = namespaceForm(defaultNamespace('n'), createLayout({ type: 'plain', prefix: '{shop}:' }));
  expect(slotOf(tagged.state)).toBe(slotOf(tagged.counter));
});

test('garbage is what nobody reads, without what is being filled', () => {
  const found = [9, 8, 7, 6, 5, 3].map((version) => ({
    version,
    keys: 1,
    memoryBytes: undefined,
    sampled: 0,
  }));
  const counter = {
    version: 7,
    open: new Map([
      [5, 'cut off'],
      [9, 'x'],
    ]),
  };
  const rule = { keep: 1, isFilling: false, shared: new Set<number>() };
  const garbage = (changes: Partial<typeof rule>): readonly number[] => [
    ...garbageOf(found, counter, { ...rule, ...changes }),
  ];
  expect(garbage({})).toEqual([9, 8, 5, 3]);
  expect(garbage({ keep: 0 })).toEqual([9, 8, 6, 5, 3]);
  expect(garbage({ keep: 9 })).toEqual([9, 8, 5]);
  expect(garbage({ isFilling: true })).toEqual([8, 3]);
  expect(garbage({ shared: new Set([3]) })).toEqual([9, 8, 5]);
});

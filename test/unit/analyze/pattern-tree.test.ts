import { describe, expect, test } from 'vitest';
import { KeyFolder } from '../../../src/analyze/fold.ts';
import { PatternTree } from '../../../src/analyze/pattern-tree.ts';
import { patternsOf, prefixesAt, sumUp, type Prefix } from '../../../src/analyze/prefixes.ts';
import { unseenKey } from '../../../src/analyze/questions.ts';

function treeOf() {
  const folder = new KeyFolder(Buffer.from(':'));
  const tree = new PatternTree(folder);
  const seen = unseenKey();
  const add = (text: string, sizeBytes = 1): void => {
    const key = Buffer.from(text);
    folder.fold(key, 0, key.length);
    tree.find().addKey({ ...seen, sizeBytes }, 0, key, 0, key.length);
  };
  return { tree, add };
}

const sizes = (prefixes: readonly Prefix[]): Readonly<Record<string, number>> =>
  Object.fromEntries(prefixes.map(({ name, figures }) => [name, figures.keys]));

describe('a keyspace of few patterns', () => {
  const { tree, add } = treeOf();
  for (let id = 10; id < 110; id++) {
    add(`user:${id}:dashboard`);
    add(`user:${id}:cart`, 10);
  }
  add('user:');
  add('user');
  add('home:en');
  add('home:fr');
  const root = sumUp(tree.root);

  test('has each of them, the largest first', () => {
    expect(patternsOf(root).map(({ name, figures }) => [name, figures.keys, figures.bytes])).toEqual([
      ['user:{n}:cart', 100, 1_000],
      ['user:{n}:dashboard', 100, 100],
      ['home:en', 1, 1],
      ['home:fr', 1, 1],
      ['user', 1, 1],
      ['user:', 1, 1],
    ]);
    expect(tree.isBounded).toBe(false);
  });

  test('has prefixes as deep as they are asked for, which sum up to everything', () => {
    expect(sizes(prefixesAt(root, 1))).toEqual({ 'user:': 201, 'home:': 2, user: 1 });
    expect(sizes(prefixesAt(root, 2))).toEqual({
      'user:{n}:': 200,
      'user:': 1,
      'home:en': 1,
      'home:fr': 1,
      user: 1,
    });
    expect(root.figures.keys).toBe(204);
  });
});

describe('a keyspace of more patterns than can be listed', () => {
  const { tree, add } = treeOf();
  const word = (id: number): string =>
    id.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
  const many = 20_000;
  for (let id = 0; id < many; id++) {
    // The large names come all along, as they do in SCAN's order.
    add(`shop:${word(id)}:page`);
    add(`shop:large:page`);
    if (id % 50 === 0) add(`shop:heavy:page`, 1_000_000);
    add('plain');
  }
  const root = sumUp(tree.root);
  const patterns = patternsOf(root);
  const named = (name: string) => patterns.find((pattern) => pattern.name === name)?.figures;

  test('keeps a bound, loses nothing, and says so', () => {
    expect(tree.isBounded).toBe(true);
    expect(patterns.length).toBeLessThanOrEqual(4_096);
    expect(root.figures.keys).toBe(3 * many + many / 50);
    expect(root.figures.bytes).toBe(3 * many + (many / 50) * 1_000_000);
  });

  test('counts the largest names exactly, by keys and by memory, and puts the others together', () => {
    expect(named('shop:large:page')?.keys).toBe(many);
    expect(named('shop:heavy:page')?.bytes).toBe((many / 50) * 1_000_000);
    expect(named('plain')?.keys).toBe(many);
    const other = named('shop:{other}:page');
    expect(other?.keys).toBeGreaterThan(many - 4_096);
    const listed = patterns.filter(({ name }) => /^shop:(?!large|heavy|\{)/.test(name));
    // What is listed is whole: each of these names has one key.
    expect(listed.every(({ figures }) => figures.keys === 1)).toBe(true);
    expect((other?.keys ?? 0) + listed.length).toBe(many);
  });
});

import { describe, expect, it } from 'vitest';
import { parseJsonPath, withoutPaths } from '../../../src/text/json-path.ts';

const without = (document: unknown, ...texts: readonly string[]) =>
  withoutPaths(
    document,
    texts.map((text) => {
      const path = parseJsonPath(text);
      if (path === undefined) throw new Error(`${text} is no path`);
      return path;
    }),
  );

describe('a document without places', () => {
  it('lacks names, positions, and whatever a star stands for', () => {
    const document = {
      at: 1,
      items: [
        { id: 1, seen: 2 },
        { id: 2, seen: 3 },
      ],
      meta: { a: 1, b: { c: 2 } },
    };
    expect(without(document, 'at')).toEqual({ items: document.items, meta: document.meta });
    expect(without(document, 'items[*].seen', 'at', 'meta')).toEqual({ items: [{ id: 1 }, { id: 2 }] });
    expect(without(document, 'items[0]', 'meta.*.c', 'at')).toEqual({
      items: [{ id: 2, seen: 3 }],
      meta: { a: 1, b: {} },
    });
  });

  it('is the same where there is no such place', () => {
    const document = { a: [1, 'x', null] };
    expect(without(document, 'b.c', 'a[7]', 'a.x', '[0]')).toEqual(document);
    expect(without(7, 'a')).toBe(7);
  });

  it.each(['', 'a..b', 'a[', 'a[x]', '.', 'a]', '[1'])('has no place %j', (text) => {
    expect(parseJsonPath(text)).toBeUndefined();
  });
});

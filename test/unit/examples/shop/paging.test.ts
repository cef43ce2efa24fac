import { describe, expect, it } from 'vitest';
import { parsePaging, renderPaged } from '../../../../examples/shop/paging.ts';

const paging = (query: string) => parsePaging(new URLSearchParams(query));

describe('paging', () => {
  it('starts at the first page of 20', () => {
    expect(paging('')).toEqual({ page: 1, perPage: 20, slice: { offset: 0, limit: 20 } });
  });

  it('gives at most 100 a page', () => {
    expect(paging('page=3&per_page=5000')).toEqual({
      page: 3,
      perPage: 100,
      slice: { offset: 200, limit: 100 },
    });
  });

  it.each(['page=0', 'page=-1', 'page=1.5', 'page=abc', 'page=', 'per_page=0', 'page=9999999999'])(
    'refuses %s',
    (query) => {
      expect(() => paging(query)).toThrow(expect.objectContaining({ status: 400 }));
    },
  );

  it('links to all neighbours and keeps the filters', () => {
    const { body, link } = renderPaged('/api/x', paging('page=2&per_page=2'), 5, ['c', 'd'], {
      category: 'a b',
    });
    expect(body).toEqual({
      count: 5,
      next: '/api/x?page=3&per_page=2&category=a+b',
      previous: '/api/x?page=1&per_page=2&category=a+b',
      results: ['c', 'd'],
    });
    expect(link.split(', ').map((part) => part.replace(/.*rel=/, ''))).toEqual([
      '"first"',
      '"prev"',
      '"next"',
      '"last"',
    ]);
  });

  it('has a first page even of nothing, and no page beyond the last', () => {
    expect(renderPaged('/x', paging(''), 0, []).body).toEqual({
      count: 0,
      next: null,
      previous: null,
      results: [],
    });
    expect(renderPaged('/x', paging('page=2'), 40, []).body.next).toBeNull();
    expect(() => renderPaged('/x', paging('page=3'), 40, [])).toThrow(
      expect.objectContaining({ status: 404 }),
    );
  });
});

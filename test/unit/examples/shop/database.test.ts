import { describe, expect, it } from 'vitest';
import { DatabaseClosedError } from '../../../../examples/shop/connection-pool.ts';
import { createShopData } from '../../../../examples/shop/data.ts';
import { Database, latest, PRODUCT_SORTS, QUERY_COST_MS } from '../../../../examples/shop/database.ts';

const data = createShopData();

function openDatabase(latencyScale = 1) {
  const waits: number[] = [];
  const wait = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
  return { waits, db: new Database(data, { connections: 4, latencyScale, wait }).session() };
}

describe('the database of the sample shop', () => {
  it('charges every query between 20 and 200 ms', () => {
    for (const cost of Object.values(QUERY_COST_MS)) {
      expect(cost).toBeGreaterThanOrEqual(20);
      expect(cost).toBeLessThanOrEqual(200);
    }
  });

  it('waits for what a query costs, times the latency scale', async () => {
    const { db, waits } = openDatabase(0.5);
    await db.productById(1);
    await db.search('oak');
    expect(waits).toEqual([QUERY_COST_MS.productById / 2, QUERY_COST_MS.search / 2]);
  });

  it('counts the queries of each session, also those that find nothing', async () => {
    const { db } = openDatabase();
    expect(await db.productById(3_001)).toBeUndefined();
    expect(await db.userById(Number.NaN)).toBeUndefined();
    expect(db.queryCount).toBe(2);
    expect(openDatabase().db.queryCount).toBe(0);
  });

  it.each(PRODUCT_SORTS)('lists every product exactly once when paging by %s', async (sort) => {
    const { db } = openDatabase();
    const pages = await Promise.all(
      [0, 1_000, 2_000].map((offset) => db.listProducts(undefined, sort, { offset, limit: 1_000 })),
    );
    expect(new Set(pages.flat().map((product) => product.id)).size).toBe(3_000);
  });

  it('sorts by price in both directions', async () => {
    const { db } = openDatabase();
    const all = { offset: 0, limit: 75 };
    const up = (await db.listProducts('mugs', 'price', all)).map((product) => product.price_cents);
    const down = (await db.listProducts('mugs', '-price', all)).map((product) => product.price_cents);
    expect(up).toEqual(up.toSorted((a, b) => a - b));
    expect(down).toEqual(up.toReversed());
  });

  it('finds products by all words in any language, whatever their case', async () => {
    const { db } = openDatabase();
    const names = (await db.search('  CHÊNE oslo ')).map((product) => product.name.fr);
    expect(names).toHaveLength(12);
    for (const name of names) expect(name).toMatch(/Oslo en chêne$/);
    expect(await db.search('oslo granite')).toEqual([]);
  });

  it('splits the reviews of a product by stars without losing one', async () => {
    const { db } = openDatabase();
    for (const product of data.products.slice(0, 100)) {
      const counts = await db.ratingBreakdown(product);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(product.review_count);
    }
  });

  it('recommends nothing that the user has bought already', async () => {
    const { db } = openDatabase();
    const own = new Set((await db.boughtProducts(1, 99)).map((product) => product.id));
    const recommended = await db.recommendations(1, 8);
    expect(recommended).toHaveLength(8);
    for (const product of recommended) expect(own).not.toContain(product.id);
  });

  it('ends running and waiting queries when it is closed', async () => {
    const database = new Database(data, { connections: 1, latencyScale: 1_000 });
    const db = database.session();
    const queries = Promise.allSettled([db.search('a'), db.search('b')]);
    await Promise.resolve();
    database.close();
    for (const result of await queries) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: expect.any(DatabaseClosedError) as unknown,
      });
    }
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a latency scale of %s', (latencyScale) => {
    expect(() => new Database(data, { connections: 1, latencyScale })).toThrow(RangeError);
  });

  it('knows the latest of some times', () => {
    expect(latest(['2024-05-01T00:00:00Z', '2025-01-01T00:00:00Z', '2024-12-31T23:59:59Z'])).toBe(
      '2025-01-01T00:00:00Z',
    );
    expect(latest([])).toBe('2024-01-01T00:00:00Z');
  });
});

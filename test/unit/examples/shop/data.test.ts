import { describe, expect, it } from 'vitest';
import { createShopData } from '../../../../examples/shop/data.ts';
import { seededRandom } from '../../../../examples/shop/seeded-random.ts';

const data = createShopData();

describe('the data of the sample shop', () => {
  it('has 40 categories, 3,000 products and 500 users', () => {
    expect(data.categories).toHaveLength(40);
    expect(data.products).toHaveLength(3_000);
    expect(data.users).toHaveLength(500);
    expect(data.orders.length).toBeGreaterThan(1_000);
  });

  it('is the same each time for one seed and different for another', () => {
    expect(createShopData()).toEqual(data);
    expect(createShopData(7)).not.toEqual(data);
  });

  it('numbers its rows from 1 without gaps', () => {
    for (const rows of [data.categories, data.products, data.users, data.orders, data.features]) {
      expect(rows.map((row) => row.id)).toEqual(rows.map((_, index) => index + 1));
    }
  });

  it('gives each product a slug of its own that is fit for a URL', () => {
    expect(new Set(data.products.map((product) => product.slug)).size).toBe(3_000);
    for (const { slug } of data.products) expect(slug).toMatch(/^[a-z-]+$/);
  });

  it('puts 75 products into each category', () => {
    for (const { slug } of data.categories) {
      expect(data.products.filter((product) => product.category === slug)).toHaveLength(75);
    }
  });

  it('names and describes each product in three languages', () => {
    for (const { name, description } of data.products) {
      expect(new Set(Object.values(name)).size).toBe(3);
      expect(new Set(Object.values(description)).size).toBe(3);
      expect([...Object.values(name), ...Object.values(description)].join()).not.toMatch(/undefined/);
    }
  });

  it('keeps prices, ratings, stock and times within their ranges', () => {
    for (const product of data.products) {
      expect(product.price_cents).toBeGreaterThan(0);
      expect(product.rating).toBeGreaterThanOrEqual(1);
      expect(product.rating).toBeLessThanOrEqual(5);
      expect(product.stock).toBeGreaterThanOrEqual(0);
      expect(product.updated_at).toMatch(/^202[45]-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });

  it('lets orders refer to products and users that exist', () => {
    for (const order of data.orders) {
      expect(data.users[order.user_id - 1]).toBeDefined();
      const prices = order.product_ids.map((id) => data.products[id - 1]?.price_cents ?? Number.NaN);
      expect(prices.reduce((sum, price) => sum + price, 0)).toBe(order.total_cents);
    }
  });
});

describe('the seeded random numbers', () => {
  it('reach both ends of a range and never leave it', () => {
    const random = seededRandom(1);
    const seen = new Set(Array.from({ length: 500 }, () => random.integer(3, 5)));
    expect([...seen].toSorted()).toEqual([3, 4, 5]);
  });

  it('sample without repeating, and all there is when asked for more', () => {
    const random = seededRandom(1);
    expect(random.sample([1, 2, 3], 9).toSorted()).toEqual([1, 2, 3]);
    expect(new Set(random.sample([1, 2, 3, 4, 5], 4)).size).toBe(4);
  });

  it('refuse to pick from nothing', () => {
    expect(() => seededRandom(1).pick([])).toThrow(RangeError);
  });
});

import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionPool, DatabaseClosedError, type PoolPeak } from './connection-pool.ts';
import type { Category, Feature, Order, Product, ShopData, User } from './data.ts';

/**
 * What each query costs in milliseconds, at a latency scale of 1. The figures are those of a
 * database of middling size on another machine: 20 for a row by its primary key, about 50 for an
 * index range, over 100 for sorting or joining, 200 for a scan of a whole table.
 */
export const QUERY_COST_MS = {
  /** Six rows. */
  features: 20,
  /** 40 rows, each with a count over the products' category index. */
  categories: 45,
  /** One row by unique index, with its count of products. */
  categoryBySlug: 25,
  /** Best rated products of one category: index range and sort. */
  topProducts: 80,
  /** Most bought products: join of orders and products, group and sort. */
  bestSellers: 120,
  /** Latest changes, by an index on the time. */
  newestProducts: 50,
  /** Count over an index. */
  countProducts: 50,
  /** Sort, skip and take. */
  listProducts: 90,
  /** One row by primary key. */
  productById: 25,
  /** Neighbours in the category by price. */
  relatedProducts: 55,
  /** Reviews of a product by number of stars: small aggregate. */
  ratingBreakdown: 45,
  /** Aggregate over all products: scan. */
  productTotals: 160,
  /** Aggregate over all users: scan of a small table. */
  userTotals: 60,
  /** Aggregate over all orders: scan of the biggest table. */
  orderTotals: 200,
  countUsers: 25,
  listUsers: 40,
  /** One row by primary key. */
  userById: 20,
  /** Latest orders of a user: index range and sort. */
  recentOrders: 70,
  /** All orders of a user joined with their products. */
  userSpending: 130,
  /** What others who bought the same bought too: a join of orders with themselves. */
  recommendations: 150,
  /** Products of the latest orders. */
  boughtProducts: 50,
  /** Text match over three languages without an index: scan. */
  search: 200,
  /** Id and time of all products: scan of an index. */
  sitemapRows: 140,
} as const satisfies Readonly<Record<string, number>>;

export type QueryName = keyof typeof QUERY_COST_MS;

/** A category with its number of products. */
export type CountedCategory = Category & { readonly product_count: number };

/** How product lists can be ordered; `-` is descending. Ties go by id. */
export const PRODUCT_SORTS = [
  'id',
  '-id',
  'price',
  '-price',
  'rating',
  '-rating',
  'name',
  'updated',
  '-updated',
] as const;
export type ProductSort = (typeof PRODUCT_SORTS)[number];

/** Rows `offset` to `offset + limit - 1`, counted from 0. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

/** Waits that many milliseconds, or rejects as soon as the signal aborts. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export interface DatabaseOptions {
  /** Queries that run at the same time; more have to wait. */
  readonly connections: number;
  /** Multiplies the cost of each query; 0 leaves only the timer's own resolution. */
  readonly latencyScale: number;
  /** A real timer unless a test brings its own. */
  readonly wait?: Wait;
}

/**
 * The rows in memory behind the manners of a real database: each query takes a connection from a
 * pool and holds it for as long as the query costs.
 */
export class Database {
  readonly #data: ShopData;
  readonly #pool: ConnectionPool;
  readonly #latencyScale: number;
  readonly #wait: Wait;
  readonly #closing = new AbortController();

  /** Throws RangeError for a pool without connections or a scale that is negative or not finite. */
  constructor(data: ShopData, options: DatabaseOptions) {
    if (!Number.isFinite(options.latencyScale) || options.latencyScale < 0) {
      throw new RangeError(`latencyScale must be a number from 0, not ${options.latencyScale}`);
    }
    this.#data = data;
    this.#pool = new ConnectionPool(options.connections);
    this.#latencyScale = options.latencyScale;
    this.#wait = options.wait ?? waitOnTimer;
    // Each running query listens, so the warning about 11 listeners would be a false alarm.
    setMaxListeners(0, this.#closing.signal);
  }

  get peak(): PoolPeak {
    return this.#pool.peak;
  }

  /** A view for one request, which counts the queries made through it. */
  session(): DatabaseSession {
    return new DatabaseSession(this.#data, (name) => this.#spend(name));
  }

  /** Ends all queries, running or waiting, with DatabaseClosedError. */
  close(): void {
    this.#pool.close();
    this.#closing.abort(new DatabaseClosedError());
  }

  #spend(name: QueryName): Promise<void> {
    const { signal } = this.#closing;
    return this.#pool.run(async () => {
      try {
        await this.#wait(QUERY_COST_MS[name] * this.#latencyScale, signal);
      } catch (error) {
        // A timer rejects with an AbortError of its own instead of the signal's reason.
        throw signal.aborted ? new DatabaseClosedError() : error;
      }
    });
  }
}

async function waitOnTimer(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}

/** All queries that the shop knows. Every method is one query and rejects with DatabaseClosedError. */
export class DatabaseSession {
  readonly #data: ShopData;
  readonly #spend: (name: QueryName) => Promise<void>;
  #queryCount = 0;

  constructor(data: ShopData, spend: (name: QueryName) => Promise<void>) {
    this.#data = data;
    this.#spend = spend;
  }

  /** Queries made so far, those that found nothing included. */
  get queryCount(): number {
    return this.#queryCount;
  }

  features(): Promise<readonly Feature[]> {
    return this.#query('features', ({ features }) => features);
  }

  categories(): Promise<readonly CountedCategory[]> {
    return this.#query('categories', (data) => {
      const counts = countBy(data.products, (product) => product.category);
      return data.categories.map((category) => ({
        ...category,
        product_count: counts.get(category.slug) ?? 0,
      }));
    });
  }

  categoryBySlug(slug: string): Promise<CountedCategory | undefined> {
    return this.#query('categoryBySlug', (data) => {
      const category = data.categories.find((row) => row.slug === slug);
      return category && { ...category, product_count: inCategory(data.products, slug).length };
    });
  }

  topProducts(category: string, limit: number): Promise<readonly Product[]> {
    return this.#query('topProducts', ({ products }) =>
      inCategory(products, category).toSorted(ORDERS['-rating']).slice(0, limit),
    );
  }

  bestSellers(limit: number): Promise<readonly Product[]> {
    return this.#query('bestSellers', (data) => mostBought(data, data.orders, limit));
  }

  newestProducts(limit: number): Promise<readonly Product[]> {
    return this.#query('newestProducts', ({ products }) =>
      products.toSorted(ORDERS['-updated']).slice(0, limit),
    );
  }

  /** @param category a slug, or undefined for all products */
  countProducts(category: string | undefined): Promise<number> {
    return this.#query('countProducts', ({ products }) => inCategory(products, category).length);
  }

  listProducts(category: string | undefined, sort: ProductSort, slice: Slice): Promise<readonly Product[]> {
    return this.#query('listProducts', ({ products }) =>
      take(inCategory(products, category).toSorted(ORDERS[sort]), slice),
    );
  }

  productById(id: number): Promise<Product | undefined> {
    return this.#query('productById', ({ products }) => products[id - 1]);
  }

  /** The products of the same category that are nearest in price. */
  relatedProducts(product: Product, limit: number): Promise<readonly Product[]> {
    const distance = (other: Product) => Math.abs(other.price_cents - product.price_cents);
    return this.#query('relatedProducts', ({ products }) =>
      inCategory(products, product.category)
        .filter((other) => other.id !== product.id)
        .toSorted((a, b) => distance(a) - distance(b) || a.id - b.id)
        .slice(0, limit),
    );
  }

  /** Number of reviews with 1, 2, 3, 4 and 5 stars; they add up to the product's `review_count`. */
  ratingBreakdown(product: Product): Promise<readonly number[]> {
    return this.#query('ratingBreakdown', () => {
      const weights = [1, 2, 3, 4, 5].map((stars) => 1 / (1 + (stars - product.rating) ** 2));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const counts = weights.map((weight) => Math.floor((weight / sum) * product.review_count));
      const rest = product.review_count - counts.reduce((total, count) => total + count, 0);
      const favourite = Math.round(product.rating) - 1;
      return counts.map((count, index) => (index === favourite ? count + rest : count));
    });
  }

  productTotals(): Promise<{
    count: number;
    in_stock: number;
    average_price_cents: number;
    updated_at: string;
  }> {
    return this.#query('productTotals', ({ products }) => ({
      count: products.length,
      in_stock: products.filter((product) => product.stock > 0).length,
      average_price_cents: Math.round(sumOf(products, (product) => product.price_cents) / products.length),
      updated_at: latest(products.map((product) => product.updated_at)),
    }));
  }

  userTotals(): Promise<{ count: number; by_language: Record<string, number>; updated_at: string }> {
    return this.#query('userTotals', ({ users }) => ({
      count: users.length,
      by_language: Object.fromEntries([...countBy(users, (user) => user.language)].toSorted()),
      updated_at: latest(users.map((user) => user.updated_at)),
    }));
  }

  orderTotals(): Promise<{ count: number; revenue_cents: number; updated_at: string }> {
    return this.#query('orderTotals', ({ orders }) => ({
      count: orders.length,
      revenue_cents: sumOf(orders, (order) => order.total_cents),
      updated_at: latest(orders.map((order) => order.placed_at)),
    }));
  }

  countUsers(): Promise<number> {
    return this.#query('countUsers', ({ users }) => users.length);
  }

  listUsers(slice: Slice): Promise<readonly User[]> {
    return this.#query('listUsers', ({ users }) => take(users, slice));
  }

  userById(id: number): Promise<User | undefined> {
    return this.#query('userById', ({ users }) => users[id - 1]);
  }

  recentOrders(userId: number, limit: number): Promise<readonly Order[]> {
    return this.#query('recentOrders', ({ orders }) => latestOrders(orders, userId).slice(0, limit));
  }

  userSpending(userId: number): Promise<{ order_count: number; item_count: number; spent_cents: number }> {
    return this.#query('userSpending', (data) => {
      const orders = latestOrders(data.orders, userId);
      return {
        order_count: orders.length,
        item_count: sumOf(orders, (order) => order.product_ids.length),
        spent_cents: sumOf(orders, (order) => order.total_cents),
      };
    });
  }

  /** What those bought who bought one of the user's products too; best sellers for a user without orders. */
  recommendations(userId: number, limit: number): Promise<readonly Product[]> {
    return this.#query('recommendations', (data) => {
      const own = new Set(latestOrders(data.orders, userId).flatMap((order) => order.product_ids));
      const similar = data.orders.filter(
        (order) => order.user_id !== userId && order.product_ids.some((id) => own.has(id)),
      );
      return mostBought(data, similar.length > 0 ? similar : data.orders, limit, own);
    });
  }

  boughtProducts(userId: number, limit: number): Promise<readonly Product[]> {
    return this.#query('boughtProducts', (data) => {
      const ids = new Set(latestOrders(data.orders, userId).flatMap((order) => order.product_ids));
      return productsOf(data, [...ids].slice(0, limit));
    });
  }

  /** Products whose names, in any language, have every word of the text; best rated first. */
  search(text: string): Promise<readonly Product[]> {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return this.#query('search', ({ products }) =>
      products
        .filter((product) => {
          const names = `${product.name.en}\n${product.name.fr}\n${product.name.de}`.toLowerCase();
          return words.every((word) => names.includes(word));
        })
        .toSorted(ORDERS['-rating']),
    );
  }

  sitemapRows(): Promise<readonly Product[]> {
    return this.#query('sitemapRows', ({ products }) => products);
  }

  async #query<T>(name: QueryName, read: (data: ShopData) => T): Promise<T> {
    this.#queryCount += 1;
    await this.#spend(name);
    return read(this.#data);
  }
}

/** The latest of some ISO times in UTC; without any, the start of the shop's history. */
export function latest(times: readonly string[]): string {
  return times.reduce((best, time) => (time > best ? time : best), '2024-01-01T00:00:00Z');
}

const ORDERS: Readonly<Record<ProductSort, (a: Product, b: Product) => number>> = {
  id: (a, b) => a.id - b.id,
  '-id': (a, b) => b.id - a.id,
  price: (a, b) => a.price_cents - b.price_cents || a.id - b.id,
  '-price': (a, b) => b.price_cents - a.price_cents || a.id - b.id,
  rating: (a, b) => a.rating - b.rating || a.id - b.id,
  '-rating': (a, b) => b.rating - a.rating || a.id - b.id,
  // By code unit: a collator's order depends on the ICU data of the machine.
  name: (a, b) => compareText(a.name.en, b.name.en) || a.id - b.id,
  updated: (a, b) => compareText(a.updated_at, b.updated_at) || a.id - b.id,
  '-updated': (a, b) => compareText(b.updated_at, a.updated_at) || a.id - b.id,
};

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function inCategory(products: readonly Product[], category: string | undefined): readonly Product[] {
  return category === undefined ? products : products.filter((product) => product.category === category);
}

function take<T>(rows: readonly T[], slice: Slice): T[] {
  return rows.slice(slice.offset, slice.offset + slice.limit);
}

function latestOrders(orders: readonly Order[], userId: number): Order[] {
  return orders
    .filter((order) => order.user_id === userId)
    .toSorted((a, b) => compareText(b.placed_at, a.placed_at) || a.id - b.id);
}

function mostBought(
  data: ShopData,
  orders: readonly Order[],
  limit: number,
  except: ReadonlySet<number> = new Set(),
): Product[] {
  const counts = countBy(
    orders.flatMap((order) => order.product_ids).filter((id) => !except.has(id)),
    (id) => id,
  );
  const ranked = [...counts].toSorted(([idA, countA], [idB, countB]) => countB - countA || idA - idB);
  return productsOf(
    data,
    ranked.slice(0, limit).map(([id]) => id),
  );
}

function productsOf(data: ShopData, ids: readonly number[]): Product[] {
  return ids.flatMap((id) => data.products[id - 1] ?? []);
}

function countBy<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
}

function sumOf<T>(rows: readonly T[], amountOf: (row: T) => number): number {
  return rows.reduce((sum, row) => sum + amountOf(row), 0);
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Product } from './data.ts';
import { type DatabaseSession, latest, PRODUCT_SORTS } from './database.ts';
import { renderHome, renderSitemap } from './documents.ts';
import { chooseLanguage } from './language.ts';
import { parsePaging, renderPaged } from './paging.ts';
import { HttpProblem, jsonPage, type Page } from './respond.ts';

/** A request as handlers see it. */
export interface ShopRequest {
  /** Scheme, host and port of the shop itself. */
  readonly base: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The variable part of the route, decoded; empty where the route has none. */
  readonly parameter: string;
}

/** Answers one kind of request; throws HttpProblem where it cannot. */
export type Handler = (request: ShopRequest, db: DatabaseSession) => Promise<Page>;

const MINUTE = 60;
const HOUR = 3_600;

const ROUTES: readonly (readonly [pattern: string, handler: Handler])[] = [
  ['/', home],
  ['/healthz', health],
  ['/sitemap.xml', sitemap],
  ['/api/features', features],
  ['/api/stats', stats],
  ['/api/categories', categories],
  ['/api/categories/:slug', category],
  ['/api/products', products],
  ['/api/products/:id', product],
  ['/api/users', users],
  ['/api/users/:id/dashboard', dashboard],
  ['/api/search', search],
];

/** The handler for a path and the decoded variable part of it, or undefined where nothing is there. */
export function matchRoute(
  path: string,
): { readonly handler: Handler; readonly parameter: string } | undefined {
  const segments = path.split('/');
  for (const [pattern, handler] of ROUTES) {
    const expected = pattern.split('/');
    if (expected.length !== segments.length) continue;
    if (!expected.every((part, index) => part.startsWith(':') || part === segments[index])) continue;
    const variable = expected.findIndex((part) => part.startsWith(':'));
    return { handler, parameter: decodeSegment(segments[variable] ?? '') };
  }
  return undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpProblem(400, 'the path is not valid percent-encoding');
  }
}

async function home({ query, headers }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const language = chooseLanguage(query.get('lang'), headers['accept-language']);
  const [features, bestSellers, newest, categories] = await Promise.all([
    db.features(),
    db.bestSellers(12),
    db.newestProducts(12),
    db.categories(),
  ]);
  return {
    contentType: 'text/html; charset=utf-8',
    body: renderHome(language, { features, bestSellers, newest, categories }),
    lastModified: latestOf([...features, ...bestSellers, ...newest, ...categories]),
    maxAgeSeconds: 5 * MINUTE,
    headers: { 'Content-Language': language, Vary: 'Accept-Language' },
  };
}

/** Not for caches: an answer from a cache says nothing about the health of the shop. */
async function health(): Promise<Page> {
  return Promise.resolve(jsonPage({ status: 'ok' }, latest([]), undefined));
}

async function sitemap({ base }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const [categories, products] = await Promise.all([db.categories(), db.sitemapRows()]);
  const lastModified = latestOf([...categories, ...products]);
  const body = renderSitemap(base, categories, products, lastModified);
  return { contentType: 'application/xml', body, lastModified, maxAgeSeconds: HOUR };
}

async function features(_request: ShopRequest, db: DatabaseSession): Promise<Page> {
  const results = await db.features();
  return jsonPage({ count: results.length, results }, latestOf(results), HOUR);
}

/** `?section=products|users|orders` gives one part, without the queries of the others. */
async function stats({ query }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const sections = {
    products: () => db.productTotals(),
    users: () => db.userTotals(),
    orders: () => db.orderTotals(),
  };
  const names = ['products', 'users', 'orders'] as const;
  const wanted = query.get('section');
  const chosen = wanted === null ? names : names.filter((name) => name === wanted);
  if (chosen.length === 0) throw new HttpProblem(400, `section must be one of ${names.join(', ')}`);
  const parts = await Promise.all(chosen.map(async (name) => [name, await sections[name]()] as const));
  return jsonPage(Object.fromEntries(parts), latestOf(parts.map(([, part]) => part)), MINUTE);
}

async function categories(_request: ShopRequest, db: DatabaseSession): Promise<Page> {
  const results = await db.categories();
  return jsonPage({ count: results.length, results }, latestOf(results), HOUR);
}

async function category({ parameter }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const found = await db.categoryBySlug(parameter);
  if (found === undefined) throw new HttpProblem(404, 'no such category');
  const top = await db.topProducts(found.slug, 10);
  return jsonPage({ ...found, top_products: top.map(teaser) }, latestOf([found, ...top]), 10 * MINUTE);
}

async function products({ query }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const paging = parsePaging(query);
  const category = query.get('category') ?? undefined;
  const sortName = query.get('sort') ?? 'id';
  const sort = PRODUCT_SORTS.find((name) => name === sortName);
  if (sort === undefined) throw new HttpProblem(400, `sort must be one of ${PRODUCT_SORTS.join(', ')}`);
  const count = await db.countProducts(category);
  const rows = await db.listProducts(category, sort, paging.slice);
  const filters = { ...(category !== undefined && { category }), ...(query.has('sort') && { sort }) };
  const { body, link } = renderPaged('/api/products', paging, count, rows.map(teaser), filters);
  return { ...jsonPage(body, latestOf(rows), MINUTE), headers: { Link: link } };
}

async function product({ parameter }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const found = await db.productById(parseId(parameter));
  if (found === undefined) throw new HttpProblem(404, 'no such product');
  const stars = await db.ratingBreakdown(found);
  const related = await db.relatedProducts(found, 4);
  const body = { ...found, reviews_by_stars: stars, related: related.map(teaser) };
  return jsonPage(body, latestOf([found, ...related]), 5 * MINUTE);
}

async function users({ query }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const paging = parsePaging(query);
  const count = await db.countUsers();
  const rows = await db.listUsers(paging.slice);
  const { body, link } = renderPaged('/api/users', paging, count, rows);
  return { ...jsonPage(body, latestOf(rows), MINUTE), headers: { Link: link } };
}

/** One query after the other, as code on top of an object mapper does: this page is why the shop has a cache. */
async function dashboard({ parameter }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const user = await db.userById(parseId(parameter));
  if (user === undefined) throw new HttpProblem(404, 'no such user');
  const orders = await db.recentOrders(user.id, 5);
  const spending = await db.userSpending(user.id);
  const recommended = await db.recommendations(user.id, 8);
  const bought = await db.boughtProducts(user.id, 6);
  const body = {
    user,
    spending,
    recent_orders: orders,
    recommendations: recommended.map(teaser),
    bought: bought.map(teaser),
  };
  const changes = [latestOf([user, ...recommended, ...bought]), ...orders.map((order) => order.placed_at)];
  return jsonPage(body, latest(changes), MINUTE);
}

async function search({ query }: ShopRequest, db: DatabaseSession): Promise<Page> {
  const text = query.get('q')?.trim() ?? '';
  if (text === '') throw new HttpProblem(400, 'q, the text to search for, is missing');
  const found = await db.search(text);
  const results = found.slice(0, 20);
  return jsonPage(
    { query: text, count: found.length, results: results.map(teaser) },
    latestOf(results),
    MINUTE,
  );
}

/** Ids are canonical decimal numbers: `07` and `7.0` name nothing, lest one product have many addresses. */
function parseId(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
}

/** What a list shows of a product. */
function teaser({ id, slug, category, name, price_cents, currency, stock, rating, updated_at }: Product) {
  return { id, slug, category, name, price_cents, currency, stock, rating, updated_at };
}

function latestOf(rows: readonly { readonly updated_at: string }[]): string {
  return latest(rows.map((row) => row.updated_at));
}

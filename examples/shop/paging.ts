import type { Slice } from './database.ts';
import { HttpProblem } from './respond.ts';

const DEFAULT_PER_PAGE = 20;
const MAX_PER_PAGE = 100;

/** Which page of a list a request asks for. */
export interface Paging {
  /** Counts from 1. */
  readonly page: number;
  readonly perPage: number;
  readonly slice: Slice;
}

/** The body of a paged list; `next` and `previous` are paths with a query, or null at the ends. */
export interface PagedBody<T> {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly T[];
}

/** Reads `page` and `per_page`; more than 100 a page gives 100. Throws HttpProblem 400 for anything but whole numbers from 1. */
export function parsePaging(query: URLSearchParams): Paging {
  const page = parseCount(query, 'page', 1);
  const perPage = Math.min(parseCount(query, 'per_page', DEFAULT_PER_PAGE), MAX_PER_PAGE);
  return { page, perPage, slice: { offset: (page - 1) * perPage, limit: perPage } };
}

/**
 * The body and the `Link` header (RFC 8288) of a page. Throws HttpProblem 404 beyond the last page;
 * the first page is always there, if empty.
 * @param filters further query parameters, which the links keep
 */
export function renderPaged<T>(
  path: string,
  paging: Paging,
  count: number,
  results: readonly T[],
  filters: Readonly<Record<string, string>> = {},
): { readonly body: PagedBody<T>; readonly link: string } {
  const last = Math.max(1, Math.ceil(count / paging.perPage));
  if (paging.page > last)
    throw new HttpProblem(404, `there is no page ${paging.page}, the last one is ${last}`);
  // Relative, so that the body does not depend on the name by which the shop was reached.
  const at = (page: number) =>
    `${path}?${new URLSearchParams({ page: `${page}`, per_page: `${paging.perPage}`, ...filters }).toString()}`;
  const next = paging.page < last ? at(paging.page + 1) : null;
  const previous = paging.page > 1 ? at(paging.page - 1) : null;
  const links = [
    ['first', at(1)],
    ['prev', previous],
    ['next', next],
    ['last', at(last)],
  ] as const;
  const link = links.flatMap(([rel, url]) => (url === null ? [] : `<${url}>; rel="${rel}"`)).join(', ');
  return { body: { count, next, previous, results }, link };
}

function parseCount(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new HttpProblem(400, `${name} must be a whole number from 1`);
  return Number(text);
}

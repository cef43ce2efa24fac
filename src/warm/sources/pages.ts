import type { PagesSpec } from '../../config/foreach.ts';
import { escapeText } from '../../keys/printable.ts';
import { compileExpression } from '../../text/expression.ts';
import { sourceFailure } from './failures.ts';
import { resolveOnOrigin } from './origin-path.ts';

/** A page that has been read. */
export interface PageAnswer {
  /** As it was asked for: a path with its query, or an absolute URL on the origin. */
  readonly path: string;
  readonly document: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** From 1. */
  readonly page: number;
}

/** Where the next page is, or `undefined` after the last; throws CachectlError for another origin. */
export type Pager = (answer: PageAnswer) => string | undefined;

/** The path of the first page. */
export function firstPage(path: string, pages: PagesSpec | undefined): string {
  return pages?.kind === 'param' ? withParameter(path, pages.param, pages.start) : path;
}

/** Prepares the way from page to page. */
export async function createPager(pages: PagesSpec | undefined, baseUrl: string): Promise<Pager> {
  if (pages === undefined) return () => undefined;
  switch (pages.kind) {
    case 'param':
      return ({ path, page }) => withParameter(path, pages.param, pages.start + page);
    case 'link_header':
      return ({ path, headers }) => onOrigin(nextLink(headers['link'] ?? ''), path, baseUrl);
    case 'next': {
      const select = await compileExpression(pages.select);
      return ({ path, document }) => onOrigin(readLink(select(document)), path, baseUrl);
    }
  }
}

/** The target of `rel="next"` in a Link header (RFC 8288), or `undefined`. */
export function nextLink(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(
    /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,]*))?)*)/g,
  )) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]*))/i.exec(parameters);
    const names = (relations?.[1] ?? relations?.[2] ?? '').toLowerCase().split(/\s+/);
    if (names.includes('next')) return target;
  }
  return undefined;
}

/** A path with a query parameter set, the others and their order as they were. */
export function withParameter(path: string, name: string, value: number): string {
  const [beforeFragment = ''] = path.split('#', 1);
  const mark = beforeFragment.indexOf('?');
  const base = mark === -1 ? beforeFragment : beforeFragment.slice(0, mark);
  const encoded = encodeURIComponent(name);
  const others = (mark === -1 ? [] : beforeFragment.slice(mark + 1).split('&')).filter(
    (part) => part !== '' && ![name, encoded].includes(part.split('=', 1)[0] ?? ''),
  );
  return `${base}?${[...others, `${encoded}=${value}`].join('&')}`;
}

function readLink(value: unknown): string | undefined {
  const link: unknown = Array.isArray(value) ? value[0] : value;
  if (link === null || link === undefined || link === '' || link === false) return undefined;
  if (typeof link === 'string') return link;
  throw sourceFailure(
    'source.pages',
    'what `pages.next` finds is no link',
    'it is the address of the next page, and nothing after the last one',
  );
}

function onOrigin(link: string | undefined, from: string, baseUrl: string): string | undefined {
  if (link === undefined) return undefined;
  const url = resolveOnOrigin(link, from, baseUrl);
  if (url !== undefined) return url;
  throw sourceFailure(
    'source.pages',
    `the next page, ${escapeText(link.slice(0, 200))}, is not on the origin`,
    'pages are read from the same origin only: headers of the spec file must reach nobody else',
  );
}

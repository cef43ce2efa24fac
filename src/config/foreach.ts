/** Where the variables of an entry come from, as the spec file says it. All paths and keys are the file's own. */

/**
 * Which variables a record fills: one name (the record itself where it is text or a number, otherwise its
 * field of that name), several names (fields, or positions of a list), or expressions by variable.
 */
export type AsSpec = string | readonly string[] | Readonly<Record<string, string>>;

/** Whether it is several names; `Array.isArray` alone does not tell readonly lists from records. */
export function isNameList(as: AsSpec): as is readonly string[] {
  return Array.isArray(as);
}

/** A record that stands in the spec file. */
export type InlineRecord = string | readonly string[] | Readonly<Record<string, string>>;

/** A list in the spec file. */
export interface InlineForeach {
  readonly from: 'inline';
  readonly values: readonly InlineRecord[];
  readonly as: AsSpec;
}

/** Whole numbers. */
export interface RangeForeach {
  readonly from: 'range';
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
  /** Not zero, and towards `end`. */
  readonly step: number;
  readonly as: string;
}

/** How a file of records is read. */
export type FileFormat = 'lines' | 'csv' | 'json' | 'ndjson';

/** A file of records, plain or gzip. */
export interface FileForeach {
  readonly from: 'file';
  /** Relative to the spec file; `-` is stdin. */
  readonly path: string;
  readonly format: FileFormat;
  /** Only of `json`: JMESPath or JSONPath. */
  readonly select?: string;
  readonly as: AsSpec;
}

/** How the next page of an answer is found. */
export type PagesSpec =
  /** An expression for the next page's link in the body. */
  | { readonly kind: 'next'; readonly select: string }
  /** A query parameter that counts up until a page is empty. */
  | { readonly kind: 'param'; readonly param: string; readonly start: number }
  /** `Link: <...>; rel="next"` (RFC 8288). */
  | { readonly kind: 'link_header' };

/** A JSON answer of the origin. */
export interface HttpForeach {
  readonly from: 'http';
  readonly path: string;
  /** JMESPath or JSONPath. */
  readonly select: string;
  readonly pages?: PagesSpec;
  readonly maxPages?: number;
  readonly as: AsSpec;
}

/** What is read from Redis; keys are logical. */
export type RedisQuery =
  | { readonly kind: 'set'; readonly key: string }
  /** Highest score first. */
  | { readonly kind: 'sorted_set'; readonly key: string; readonly top?: number }
  | { readonly kind: 'hash'; readonly key: string }
  /** A pattern with captures: `user:{id}`. */
  | { readonly kind: 'keys'; readonly pattern: string };

/** Members, fields or keys in Redis. */
export interface RedisForeach {
  readonly from: 'redis';
  readonly query: RedisQuery;
  /** Absent only for `keys`, whose captures are the variables. */
  readonly as?: AsSpec;
}

/** A sitemap of the origin, and those that it lists. */
export interface SitemapForeach {
  readonly from: 'sitemap';
  readonly path: string;
  /** What its addresses start with where that is not the origin's own base URL. */
  readonly base?: string;
  readonly order: 'priority' | 'file';
  /** `path`, `loc`, `lastmod` and `priority` where absent. */
  readonly as?: AsSpec;
}

/** What becomes of the query in a logged request; names keep only those parameters, in that order. */
export type QueryRule = 'keep' | 'sort' | 'drop' | readonly string[];

/** The most requested paths of access logs. */
export interface AccessLogForeach {
  readonly from: 'access_log';
  /** Paths or globs, relative to the spec file. */
  readonly files: readonly string[];
  readonly top?: number;
  readonly query: QueryRule;
  /** `path` and `count` where absent. */
  readonly as?: AsSpec;
}

/** One source of variables. */
export type ForeachSpec =
  InlineForeach | RangeForeach | FileForeach | HttpForeach | RedisForeach | SitemapForeach | AccessLogForeach;

/** The variables of records that have names of their own, where `as` is absent. */
export const OWN_VARIABLES = {
  sitemap: ['path', 'loc', 'lastmod', 'priority'],
  access_log: ['path', 'count'],
} as const;

/** Pages that are read where nothing else is said. */
export const DEFAULT_MAX_PAGES = 1_000;

/** The format that a file's name suggests. */
export function guessFormat(path: string): FileFormat {
  const extension = /\.([a-z]+)(\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  switch (extension) {
    case 'csv':
      return 'csv';
    case 'json':
      return 'json';
    case 'ndjson':
    case 'jsonl':
      return 'ndjson';
    default:
      return 'lines';
  }
}

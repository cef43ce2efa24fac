import { createHash } from 'node:crypto';
import type { DjangoLayoutSpec } from '../../config/layout.ts';
import { escapeGlob } from '../pattern.ts';

const HEADER_LIST = 'views.decorators.cache.cache_header';
const PAGE = 'views.decorators.cache.cache_page';
const STAR = Buffer.from('*');

/** What is known of the cached pages of one URL. */
export interface PageAddress {
  /** As Django's build_absolute_uri writes it. */
  readonly uri: string;
  /** None: every method. */
  readonly methods: readonly string[];
  readonly known: Pick<DjangoLayoutSpec, 'pageKeyPrefix' | 'language' | 'timeZone'>;
}

/** A header list's logical key, taken apart. */
export interface HeaderListKey {
  readonly keyPrefix: string;
  readonly uriMd5: string;
  /** `.en-us.UTC`, or empty. */
  readonly suffix: string;
}

/** A page's logical key, taken apart. */
export interface PageKey extends HeaderListKey {
  readonly method: string;
  readonly headersMd5: string;
}

/** Request headers by the name that Django's META has for them: `HTTP_X_TENANT`. */
export type MetaHeaders = ReadonlyMap<string, string>;

/** A glob over the logical keys of the header lists of a page; exact where everything is known. */
export function headerListPattern(page: PageAddress): Buffer {
  return glob([`${HEADER_LIST}.`, page.known.pageKeyPrefix, `.${md5(page.uri)}`, ...suffix(page.known)]);
}

/** Globs over the logical keys of all variants of a page. */
export function pagePatterns(page: PageAddress): readonly Buffer[] {
  const methods = page.methods.length === 0 ? [undefined] : page.methods;
  return methods.map((method) =>
    glob([
      `${PAGE}.`,
      page.known.pageKeyPrefix,
      '.',
      method,
      `.${md5(page.uri)}.`,
      undefined,
      ...(hasSuffix(page.known) ? suffix(page.known) : []),
    ]),
  );
}

/** The logical keys of a page for these request headers: one for each hash that a release of Django computes. */
export function pageKeys(
  list: HeaderListKey,
  methods: readonly string[],
  headerNames: readonly string[],
  headers: MetaHeaders,
): readonly Buffer[] {
  return methods.flatMap((method) =>
    headerHashes(headerNames, headers).map((hash) =>
      Buffer.from(`${PAGE}.${list.keyPrefix}.${method}.${list.uriMd5}.${hash}${list.suffix}`, 'utf8'),
    ),
  );
}

/**
 * The MD5 digests that releases of Django make of the headers a page varies by. Classic: the values one
 * after the other, absent ones left out. Marker (security fix of 3.2 in Debian): absent ones are `-,`.
 * Netstring (6.1): `length:value,` each, absent ones `0:,`.
 */
export function headerHashes(names: readonly string[], headers: MetaHeaders): readonly string[] {
  const values = names.map((name) => {
    const value = headers.get(name);
    return value === undefined ? undefined : metaBytes(value);
  });
  const variants = [
    values.map((value) => value ?? Buffer.alloc(0)),
    values.map((value) => value ?? Buffer.from('-,')),
    values.map((value) => netstring(value ?? Buffer.alloc(0))),
  ];
  return [...new Set(variants.map((parts) => md5(Buffer.concat(parts))))];
}

/** `undefined` where the logical key is not one of a header list. */
export function parseHeaderListKey(logical: string): HeaderListKey | undefined {
  const parts = /^views\.decorators\.cache\.cache_header\.(.*)\.([0-9a-f]{32})((?:\..+)?)$/s.exec(logical);
  if (parts === null) return undefined;
  const [, keyPrefix = '', uriMd5 = '', rest = ''] = parts;
  return { keyPrefix, uriMd5, suffix: rest };
}

/** `undefined` where the logical key is not one of a page. */
export function parsePageKey(logical: string): PageKey | undefined {
  const parts =
    /^views\.decorators\.cache\.cache_page\.(.*)\.([A-Z]+)\.([0-9a-f]{32})\.([0-9a-f]{32})((?:\..+)?)$/s.exec(
      logical,
    );
  if (parts === null) return undefined;
  const [, keyPrefix = '', method = '', uriMd5 = '', headersMd5 = '', rest = ''] = parts;
  return { keyPrefix, method, uriMd5, headersMd5, suffix: rest };
}

/** The name that WSGI's environment has for a request header. Content-Type and -Length have no `HTTP_`, so no page varies by them. */
export function metaName(header: string): string {
  return `HTTP_${header.toUpperCase().replaceAll('-', '_')}`;
}

export function md5(bytes: string | Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** `length:value,`, the length in bytes. Source: D. J. Bernstein, Netstrings. */
export function netstring(value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${value.length}:`), value, Buffer.from(',')]);
}

/** WSGI takes the bytes on the wire for Latin-1, and Django hashes that text as UTF-8. */
function metaBytes(value: string): Buffer {
  return Buffer.from(Buffer.from(value, 'utf8').toString('latin1'), 'utf8');
}

type Known = PageAddress['known'];

function hasSuffix(known: Known): boolean {
  return known.language !== undefined || known.timeZone !== undefined;
}

/** Either part may be switched off in Django: only both of them say how the key ends. */
function suffix(known: Known): readonly (string | undefined)[] {
  const { language, timeZone } = known;
  const parts = [language, timeZone].flatMap((part) =>
    part === undefined || part === '' ? [] : [`.${part}`],
  );
  if (language !== undefined && timeZone !== undefined) return parts;
  return language !== undefined ? [...parts, undefined] : [undefined, ...parts];
}

/** Texts taken literally, `undefined` as anything. */
function glob(parts: readonly (string | undefined)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (part === undefined ? STAR : escapeGlob(Buffer.from(part, 'utf8')))),
  );
}

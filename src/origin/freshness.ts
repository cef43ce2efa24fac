import { parseHttpDate } from './http-date.ts';

/** What an answer's headers say about storing it: RFC 9111, as a cache that many visitors share reads it. */

type Headers = Readonly<Record<string, string>>;

/** Directives of Cache-Control by name, in lower case; `true` where they have no value (RFC 9111, 5.2). */
export type CacheControl = ReadonlyMap<string, string | true>;

const NO_DIRECTIVES: CacheControl = new Map();

/** Reads a Cache-Control header. Of a directive that comes twice the first one counts. */
export function parseCacheControl(header: string | undefined): CacheControl {
  if (header === undefined) return NO_DIRECTIVES;
  const directives = new Map<string, string | true>();
  for (const match of header.matchAll(
    /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g,
  )) {
    const name = (match[1] ?? '').toLowerCase();
    if (!directives.has(name)) directives.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? true);
  }
  return directives;
}

/**
 * How much longer an answer is fresh, in seconds: s-maxage, then max-age, then Expires against Date, less its
 * Age (RFC 9111, 4.2). `undefined` where the headers say nothing, 0 where it is stale already.
 * @param nowMs milliseconds since the epoch, where the answer has no Date
 */
export function remainingFreshnessSeconds(headers: Headers, nowMs: number): number | undefined {
  const control = parseCacheControl(headers['cache-control']);
  const lifetime =
    deltaSeconds(control.get('s-maxage')) ??
    deltaSeconds(control.get('max-age')) ??
    expiresIn(headers, nowMs);
  if (lifetime === undefined) return undefined;
  return Math.max(0, lifetime - (deltaSeconds(headers['age']?.trim()) ?? 0));
}

/** Why an answer is not for everybody, in words that end "the answer ..."; `undefined` where it is. */
export function notShareable(headers: Headers): NotShareable | undefined {
  const control = parseCacheControl(headers['cache-control']);
  if (control.has('no-store')) return { code: 'no-store', says: 'says Cache-Control: no-store' };
  // `private="name"` forbids the named fields alone, but who stores exact bytes cannot leave them out.
  if (control.has('private')) return { code: 'private', says: 'says Cache-Control: private' };
  if (headers['set-cookie'] !== undefined) return { code: 'set-cookie', says: 'sets a cookie' };
  if (varyNames(headers).includes('*')) return { code: 'vary', says: 'says Vary: *' };
  return undefined;
}

/** One reason not to share. */
export interface NotShareable {
  readonly code: 'no-store' | 'private' | 'set-cookie' | 'vary';
  readonly says: string;
}

/** The names in Vary, in lower case. */
export function varyNames(headers: Headers): readonly string[] {
  const vary = headers['vary'];
  if (vary === undefined) return [];
  return vary
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

function deltaSeconds(value: string | true | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

/** A date that cannot be read, "0" above all, means that it has expired (RFC 9111, 5.3). */
function expiresIn(headers: Headers, nowMs: number): number | undefined {
  const expires = headers['expires'];
  if (expires === undefined) return undefined;
  const at = parseHttpDate(expires);
  const date = parseHttpDate(headers['date'] ?? '');
  return at === undefined ? 0 : Math.max(0, (at - (date ?? nowMs)) / 1_000);
}

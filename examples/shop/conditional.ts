import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a GET or HEAD is answered with 304 instead of the body (RFC 9110, 13.2.2): If-None-Match
 * decides alone where it is there, If-Modified-Since only otherwise.
 * @param etag the current entity tag with its quotes
 * @param lastModified ISO time with whole seconds
 */
export function isNotModified(headers: IncomingHttpHeaders, etag: string, lastModified: string): boolean {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, etag);
  const since = parseHttpDate(headers['if-modified-since'] ?? '');
  return since !== undefined && Date.parse(lastModified) <= since;
}

/** Weak comparison, as If-None-Match asks for: `W/"a"` matches `"a"`. A comma may be part of a tag. */
function matchesEtag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return [...header.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, tag]) => tag === etag);
}

const HTTP_DATE_FORMS = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  // The two obsolete forms, which a server still has to understand (RFC 9110, 5.6.7).
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/,
];

/** Milliseconds since 1970, or undefined for anything but an HTTP date: a bad date is to be ignored. */
export function parseHttpDate(text: string): number | undefined {
  // Date.parse alone takes far too much, and reads a time without a zone as local.
  if (!HTTP_DATE_FORMS.some((form) => form.test(text))) return undefined;
  const ms = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(ms) ? undefined : ms;
}

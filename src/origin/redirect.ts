import type { CachectlError } from '../cli/errors.ts';
import { redirectFailure } from './failures.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends its client: nowhere, to a place on the same origin, or somewhere it must not go. */
export type Redirect =
  | { readonly kind: 'none' }
  | { readonly kind: 'follow'; readonly url: URL }
  | { readonly kind: 'refuse'; readonly error: CachectlError };

/** Reads status and Location of an answer to a GET of `from` (RFC 9110, 15.4). */
export function readRedirect(status: number, location: string | undefined, from: URL): Redirect {
  if (!REDIRECTS.has(status) || location === undefined) return { kind: 'none' };
  if (!URL.canParse(location, from.href))
    return { kind: 'refuse', error: redirectFailure(from.host, 'a broken address') };
  const to = new URL(location, from);
  if (to.origin === from.origin) return { kind: 'follow', url: to };
  // Another scheme or port of the same host is another origin too, and the host alone would not say so.
  const destination =
    to.hostname === from.hostname ? `${to.protocol}//${to.host}` : `another host, ${to.host}`;
  return { kind: 'refuse', error: redirectFailure(from.host, destination) };
}

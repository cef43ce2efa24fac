import type { CachectlError } from '../cli/errors.ts';
import { redirectFailure } from './failures.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends its client: nowhere, to a place it may go to, or somewhere it must not go. */
export type Redirect =
  | { readonly kind: 'none' }
  | { readonly kind: 'follow'; readonly url: URL }
  | { readonly kind: 'refuse'; readonly error: CachectlError };

/**
 * Reads status and Location of an answer to a GET of `from` (RFC 9110, 15.4).
 * @param allowedHosts `host` or `host:port` in lower case: where it may lead besides its own origin
 */
export function readRedirect(
  status: number,
  location: string | undefined,
  from: URL,
  allowedHosts: ReadonlySet<string>,
): Redirect {
  if (!REDIRECTS.has(status) || location === undefined) return { kind: 'none' };
  if (!URL.canParse(location, from.href))
    return { kind: 'refuse', error: redirectFailure(from.host, 'a broken address') };
  const to = new URL(location, from);
  to.hash = '';
  if (to.origin === from.origin) return { kind: 'follow', url: to };
  if (isAllowed(to, from, allowedHosts)) return { kind: 'follow', url: to };
  // Another scheme or port of the same host is another origin too, and the host alone would not say so.
  const destination =
    to.hostname === from.hostname ? `${to.protocol}//${to.host}` : `another host, ${to.host}`;
  return { kind: 'refuse', error: redirectFailure(from.host, destination) };
}

/** `to.host` leaves the port out where it is the usual one, as the list may. From TLS to none is never allowed. */
function isAllowed(to: URL, from: URL, allowedHosts: ReadonlySet<string>): boolean {
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return false;
  if (from.protocol === 'https:' && to.protocol === 'http:') return false;
  if (to.username !== '' || to.password !== '') return false;
  return allowedHosts.has(to.host);
}

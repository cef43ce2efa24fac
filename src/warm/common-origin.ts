import { redactUrl } from '../config/redact.ts';

/** The origin of all addresses, where they have one in common: then paths say as much, in fewer columns. */
export function commonOrigin(addresses: readonly { readonly url: string }[]): string | undefined {
  const [origin, ...others] = new Set(addresses.map(({ url }) => new URL(url).origin));
  return others.length === 0 ? origin : undefined;
}

/** An address without its secrets, and without the origin that all have in common. */
export function shownUrl({ url }: { readonly url: string }, origin: string | undefined): string {
  const shown = redactUrl(url);
  return origin !== undefined && shown.startsWith(`${origin}/`) ? shown.slice(origin.length) : shown;
}

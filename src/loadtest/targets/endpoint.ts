import { redactUrl } from '../../config/redact.ts';
import { escapeText, printableKey } from '../../keys/printable.ts';
import type { Target } from '../../warm/target.ts';
import type { WebAddress } from './address.ts';

/** Something to put load on: an entry of a scope, which has a cached form, or a bare web address, which has none. */
export type Endpoint =
  | { readonly kind: 'entry'; readonly label: string; readonly target: Target }
  | { readonly kind: 'address'; readonly label: string; readonly address: WebAddress };

/**
 * Entries are called by their path, because that is what a manager knows; by path and key where two have
 * the same path. Addresses are called by themselves. Labels are safe to show.
 */
export function nameEndpoints(
  targets: readonly Target[],
  addresses: readonly WebAddress[],
): readonly Endpoint[] {
  const paths = targets.map((target) => pathOf(target.url));
  const entries = targets.map((target, index): Endpoint => {
    const path = paths[index] ?? '';
    const shared = paths.indexOf(path) !== paths.lastIndexOf(path);
    const label = shared ? `${path} (${printableKey(Buffer.from(target.key, 'utf8'))})` : path;
    return { kind: 'entry', label, target };
  });
  return [
    ...entries,
    ...addresses.map((address): Endpoint => ({
      kind: 'address',
      label: escapeText(redactUrl(address.url)),
      address,
    })),
  ];
}

/** The address that is requested. */
export function urlOf(endpoint: Endpoint): string {
  return endpoint.kind === 'entry' ? endpoint.target.url : endpoint.address.url;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return escapeText(redactUrl(pathname + search));
}

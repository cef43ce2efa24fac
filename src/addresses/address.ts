import type { Reach } from '../cli/confirmation.ts';
import type { MetaHeaders } from '../keys/django/page-keys.ts';

/** Keys as a framework names them. */
export type Address =
  | {
      readonly kind: 'django-view';
      /** As Django's build_absolute_uri writes it. */
      readonly uri: string;
      /** In capitals; none is every method. */
      readonly methods: readonly string[];
      /** `undefined`: every variant of the page. */
      readonly headers: MetaHeaders | undefined;
    }
  | { readonly kind: 'django-fragment'; readonly name: string; readonly vary: readonly string[] }
  | { readonly kind: 'django-session'; readonly id: string }
  /** The key as Rails expands it: `user/1/a=1`. */
  | { readonly kind: 'rails-key'; readonly key: string }
  | {
      readonly kind: 'laravel-tag' | 'spring-cache' | 'symfony-tag' | 'wordpress-group';
      readonly name: string;
    };

/** How far addresses reach: exactly named keys, or whatever Redis has under a pattern or in a tag's set. */
export function addressReach(addresses: readonly Address[]): Reach {
  return addresses.every(isNamed) ? 'named' : 'selection';
}

function isNamed(address: Address): boolean {
  switch (address.kind) {
    case 'django-view':
      return address.headers !== undefined;
    case 'django-fragment':
    case 'django-session':
    case 'rails-key':
      return true;
    case 'laravel-tag':
    case 'spring-cache':
    case 'symfony-tag':
    case 'wordpress-group':
      return false;
  }
}

/** An address in a report; header values may be secret, so only their names stand there. */
export function addressJson(address: Address): Readonly<Record<string, unknown>> {
  if (address.kind !== 'django-view') return { ...address };
  const { kind, uri, methods, headers } = address;
  return { kind, uri, methods, headers: headers === undefined ? null : [...headers.keys()] };
}

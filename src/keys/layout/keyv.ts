import type { LayoutSpec } from '../../config/layout.ts';
import type { Layout } from '../layout.ts';
import { onePlace, prefixedLayout } from './prefixed.ts';

/**
 * @keyv/redis puts `namespace::` in front, and Keyv itself `namespace:` unless it was made by createKeyv.
 * Seen of keyv 5 with @keyv/redis 5: `keyv::keyv:plain`, and `ns::key` through createKeyv.
 */
export function keyvLayout(spec: Extract<LayoutSpec, { readonly type: 'keyv' }>): Layout {
  const { namespace, keyPrefix } = spec;
  if (namespace === '') return prefixedLayout(spec, onePlace(''));
  return prefixedLayout(spec, onePlace(`${namespace}::${keyPrefix ? `${namespace}:` : ''}`));
}

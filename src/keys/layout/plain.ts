import type { LayoutSpec } from '../../config/layout.ts';
import type { Layout } from '../layout.ts';
import { onePlace, prefixedLayout } from './prefixed.ts';

/** Physical key = prefix + logical key. */
export function plainLayout(spec: Extract<LayoutSpec, { readonly type: 'plain' }>): Layout {
  return prefixedLayout(spec, onePlace(spec.prefix));
}

import type { LayoutSpec } from '../../config/layout.ts';
import type { LogicalExplanation } from '../explanation.ts';
import type { Layout } from '../layout.ts';
import { escapeGlob } from '../pattern.ts';
import { onePlace, prefixedLayout } from './prefixed.ts';

/**
 * Spring Data Redis' `[prefix]cacheName::key`; the logical key is `cacheName::key`. Source:
 * org.springframework.data.redis.cache.CacheKeyPrefix.
 */
export function springLayout(spec: Extract<LayoutSpec, { readonly type: 'spring' }>): Layout {
  return prefixedLayout(spec, onePlace(spec.prefix), explain);
}

/** A glob over the logical keys of one cache. */
export function springCachePattern(cacheName: string): Buffer {
  return Buffer.concat([escapeGlob(Buffer.from(cacheName, 'utf8')), Buffer.from('::*')]);
}

function explain(logical: Buffer): LogicalExplanation | undefined {
  const separator = logical.indexOf('::');
  if (separator === -1) return undefined;
  return {
    kind: 'entry',
    what: 'entry of a cache',
    details: [
      ['cache', logical.toString('utf8', 0, separator)],
      ['key in the cache', logical.toString('utf8', separator + 2)],
    ],
  };
}

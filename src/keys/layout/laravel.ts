import { createHash } from 'node:crypto';
import type { LayoutSpec } from '../../config/layout.ts';
import type { LogicalExplanation } from '../explanation.ts';
import type { Layout } from '../layout.ts';
import { onePlace, prefixedLayout } from './prefixed.ts';

/**
 * Laravel's `REDIS_PREFIX + CACHE_PREFIX + key`; both carry their own separators. Source:
 * Illuminate\Cache\RedisStore and config/database.php.
 */
export function laravelLayout(spec: Extract<LayoutSpec, { readonly type: 'laravel' }>): Layout {
  return prefixedLayout(spec, onePlace(spec.redisPrefix + spec.cachePrefix), explain);
}

/** The logical key of the sorted set that lists a tag's items. Source: Illuminate\Cache\RedisTagSet. */
export function laravelTagSet(tag: string): Buffer {
  return Buffer.from(`tag:${tag}:entries`, 'utf8');
}

/** The logical key of an item with tags, in the order in which the application names them. */
export function laravelTaggedKey(tags: readonly string[], key: Buffer): Buffer {
  const namespace = tags.map((tag) => laravelTagSet(tag).toString('utf8')).join('|');
  return Buffer.concat([Buffer.from(`${createHash('sha1').update(namespace).digest('hex')}:`), key]);
}

function explain(logical: Buffer): LogicalExplanation | undefined {
  const text = logical.toString('utf8');
  const set = /^tag:(.+):entries$/s.exec(text);
  if (set !== null) {
    return { kind: 'tag-set', what: 'sorted set of the items of a tag', details: [['tag', set[1] ?? '']] };
  }
  const item = /^([0-9a-f]{40}):(.*)$/s.exec(text);
  if (item === null) return undefined;
  const [, tags = '', key = ''] = item;
  return {
    kind: 'tagged-entry',
    what: 'item with tags',
    details: [
      ['item', key],
      ['tags (SHA-1)', tags],
    ],
  };
}

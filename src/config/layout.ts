import * as z from 'zod/mini';

import { fieldNotes, text, trueOrFalse, wholeNumber } from './fields.ts';

/** How Rails shortens keys over 1024 bytes: 7.0 and later by `hash_digest_class`, before that by SHA-256 in full. */
export type RailsDigest = 'sha256' | 'md5' | 'sha2';

/** The rule between logical and physical keys, by framework. Lists are never empty; their first one is written to. */
export type LayoutSpec =
  | { readonly type: 'plain'; readonly prefix: string }
  | DjangoLayoutSpec
  | { readonly type: 'rails'; readonly namespace: string; readonly longKeys: RailsDigest }
  | { readonly type: 'laravel'; readonly redisPrefix: string; readonly cachePrefix: string }
  | { readonly type: 'spring'; readonly prefix: string }
  | { readonly type: 'symfony'; readonly namespace: string }
  | { readonly type: 'wordpress'; readonly prefix: string; readonly blogPrefixes: readonly string[] }
  | { readonly type: 'keyv'; readonly namespace: string; readonly keyPrefix: boolean };

/** Django's `KEY_PREFIX:VERSION:key`, and what is known of its page cache. */
export interface DjangoLayoutSpec {
  readonly type: 'django';
  readonly prefixes: readonly string[];
  readonly versions: readonly number[];
  /** `key_prefix` of `cache_page`; any where it is left out. */
  readonly pageKeyPrefix?: string;
  /** `en-us`, with USE_I18N; any where it is left out. */
  readonly language?: string;
  /** `UTC`, with USE_TZ; any where it is left out. */
  readonly timeZone?: string;
}

/** One text, or several. */
function oneOrMore(one: ReturnType<typeof text> | ReturnType<typeof wholeNumber>, description: string) {
  const error = 'expected one value, or a list of at least one';
  return z
    .union([one, z.array(one).check(z.minLength(1, { error }))], { error })
    .register(fieldNotes, { description });
}

const layoutOf = <Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
) => z.strictObject({ type: z.literal(type), ...shape }).register(fieldNotes, { description });

/** The file form of `layout`. */
export const layoutSchema = z
  .discriminatedUnion('type', [
    layoutOf('plain', 'Physical key = prefix + logical key', {
      prefix: z.optional(text('What every physical key starts with', 'shop:')),
    }),
    layoutOf('django', 'Physical key = KEY_PREFIX:VERSION:key', {
      prefix: z.optional(oneOrMore(text('A KEY_PREFIX'), 'KEY_PREFIX of the cache, or of several caches')),
      version: z.optional(
        oneOrMore(wholeNumber(0, 'A VERSION'), 'VERSION of the cache, 1 unless given; or several'),
      ),
      key_prefix: z.optional(text('key_prefix of cache_page or CACHE_MIDDLEWARE_KEY_PREFIX')),
      language: z.optional(text('Language of cached pages, with USE_I18N', 'en-us')),
      time_zone: z.optional(text('Time zone of cached pages, with USE_TZ', 'UTC')),
    }),
    layoutOf('rails', 'Physical key = namespace:key', {
      namespace: z.optional(text('namespace of the RedisCacheStore', 'shop')),
      long_keys: z.optional(
        z.enum(['sha256', 'md5', 'sha2'], { error: 'expected sha256, md5 or sha2' }).register(fieldNotes, {
          description:
            'How keys over 1024 bytes end: sha256 or md5 by hash_digest_class (Rails 7.0 and later), sha2 before',
        }),
      ),
    }),
    layoutOf('laravel', 'Physical key = REDIS_PREFIX + CACHE_PREFIX + key', {
      redis_prefix: z.optional(text('REDIS_PREFIX, laravel-database- unless given')),
      cache_prefix: z.optional(text('CACHE_PREFIX, laravel-cache- unless given')),
    }),
    layoutOf('spring', 'Physical key = prefix + cacheName::key', {
      prefix: z.optional(text('What prefixCacheNameWith says')),
    }),
    layoutOf('symfony', 'Physical key = namespace:key', {
      namespace: z.optional(text('Namespace of the cache pool', 'app')),
    }),
    layoutOf('wordpress', 'Physical key = prefix, blog prefix, :group:key', {
      prefix: z.optional(text('WP_REDIS_PREFIX')),
      blog_prefix: z.optional(
        oneOrMore(
          text('A blog prefix'),
          'Table prefix without its underscore, wp unless given; on a network the numbers of blogs, and "" for global groups',
        ),
      ),
    }),
    layoutOf('keyv', 'Physical key = namespace::namespace:key', {
      namespace: z.optional(text('Namespace of the Keyv, keyv unless given')),
      key_prefix: z.optional(
        trueOrFalse(
          'Whether Keyv puts namespace: in front of keys itself (useKeyPrefix); createKeyv does not',
        ),
      ),
    }),
  ])
  .register(fieldNotes, { description: 'The rule between logical and physical keys' });

/** The resolved layout of one that has no mistakes. */
export function buildLayout(file: z.output<typeof layoutSchema>): LayoutSpec {
  switch (file.type) {
    case 'plain':
      return { type: 'plain', prefix: file.prefix ?? '' };
    case 'django':
      return {
        type: 'django',
        prefixes: list(file.prefix ?? '').map(String),
        versions: list(file.version ?? 1).map(Number),
        ...(file.key_prefix !== undefined && { pageKeyPrefix: file.key_prefix }),
        ...(file.language !== undefined && { language: file.language }),
        ...(file.time_zone !== undefined && { timeZone: file.time_zone }),
      };
    case 'rails':
      return { type: 'rails', namespace: file.namespace ?? '', longKeys: file.long_keys ?? 'sha256' };
    case 'laravel':
      return {
        type: 'laravel',
        redisPrefix: file.redis_prefix ?? 'laravel-database-',
        cachePrefix: file.cache_prefix ?? 'laravel-cache-',
      };
    case 'spring':
      return { type: 'spring', prefix: file.prefix ?? '' };
    case 'symfony':
      return { type: 'symfony', namespace: file.namespace ?? '' };
    case 'wordpress':
      return {
        type: 'wordpress',
        prefix: file.prefix ?? '',
        blogPrefixes: list(file.blog_prefix ?? 'wp').map(String),
      };
    case 'keyv':
      return { type: 'keyv', namespace: file.namespace ?? 'keyv', keyPrefix: file.key_prefix ?? true };
  }
}

function list<Value>(value: Value | readonly Value[]): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [value as Value];
}

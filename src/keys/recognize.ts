import type { LayoutSpec } from '../config/layout.ts';
import type { KeyExplanation } from './explanation.ts';
import { createLayout } from './layout.ts';

/** A layout that left its mark on a key or a value. */
export interface Recognition {
  readonly spec: LayoutSpec;
  /** What gives it away, in the plural: `sessions of Django`. */
  readonly mark: string;
}

/** A rule that finds one framework's mark; keys are matched as Latin-1, a character for each byte. */
interface KeyRule {
  readonly form: RegExp;
  readonly spec: (parts: readonly string[]) => LayoutSpec;
  readonly mark: (parts: readonly string[]) => string;
}

const utf8 = (latin1 = ''): string => Buffer.from(latin1, 'latin1').toString('utf8');

const django = (prefix: string | undefined, version: string | undefined): LayoutSpec => ({
  type: 'django',
  prefixes: [utf8(prefix)],
  versions: [Number(version)],
});

const DJANGO_MARKS: Readonly<Record<string, string>> = {
  'views.decorators.cache.cache_page.': 'pages of cache_page',
  'views.decorators.cache.cache_header.': 'header lists of cache_page',
  'template.cache.': 'template fragments',
  'django.contrib.sessions.': 'sessions',
};

/** In the order in which they are tried: the surest first. */
const KEY_RULES: readonly KeyRule[] = [
  {
    form: /^(.*?):(\d{1,9}):(views\.decorators\.cache\.cache_page\.|views\.decorators\.cache\.cache_header\.|template\.cache\.|django\.contrib\.sessions\.)/s,
    spec: ([, prefix, version]) => django(prefix, version),
    mark: ([, , , name = '']) => DJANGO_MARKS[name] ?? name,
  },
  {
    // eslint-disable-next-line no-control-regex -- Symfony's own marks
    form: /^(?:(.*?):)?[\0\x01]tags[\0\x01]/s,
    spec: ([, namespace]) => ({ type: 'symfony', namespace: utf8(namespace) }),
    mark: () => 'tag sets',
  },
  {
    form: /^(.*?[-_]database[-_])(.+?[-_]cache(?:_:|[-_:]))/s,
    spec: ([, redisPrefix, cachePrefix]) => ({
      type: 'laravel',
      redisPrefix: utf8(redisPrefix),
      cachePrefix: utf8(cachePrefix),
    }),
    mark: () => "prefixes as Laravel's configuration makes them",
  },
  {
    form: /^([^:]+)::\1:/s,
    spec: ([, namespace]) => ({ type: 'keyv', namespace: utf8(namespace), keyPrefix: true }),
    mark: () => 'keys with the namespace twice',
  },
  {
    form: /^(.*?):(?:options:(?:alloptions|notoptions)$|site-options:|site-transient:|post_meta:|user_?meta:|userlogins:|userslugs:|posts:(?:last_changed|wp_get_))/s,
    spec: ([, blog]) => ({ type: 'wordpress', prefix: '', blogPrefixes: [utf8(blog)] }),
    mark: () => "WordPress' own groups",
  },
  {
    form: /^(?:([^/]*?):)?views\/.+?:[0-9a-f]{32}(?:\/|$)/s,
    spec: ([, namespace]) => ({ type: 'rails', namespace: utf8(namespace), longKeys: 'sha256' }),
    mark: () => 'template fragments',
  },
  {
    form: /^(?:([^:]+):)?(?=.{900}).*:(?:sha2:[0-9a-f]{64}|hash:[0-9a-f]{32})$/s,
    spec: ([, namespace]) => ({ type: 'rails', namespace: utf8(namespace), longKeys: 'sha256' }),
    mark: () => 'keys cut at 1024 bytes',
  },
  {
    form: /^:(\d{1,9}):/,
    spec: ([, version]) => django('', version),
    mark: () => 'keys of the form :VERSION:key',
  },
];

/** The layout that a key gives away by its own form, or `undefined`. */
export function recognizeLayout(key: Buffer): Recognition | undefined {
  const text = key.toString('latin1');
  for (const { form, spec, mark } of KEY_RULES) {
    const parts = form.exec(text);
    if (parts !== null) return { spec: spec(parts), mark: mark(parts) };
  }
  return undefined;
}

// eslint-disable-next-line no-control-regex -- the first bytes of a pickle, protocols 2 to 5
const PICKLE = /^\x80[\x02-\x05]/;
/** Of 6.1, 7.0 and 7.1, in this order. */
const RAILS_ENVELOPE =
  // eslint-disable-next-line no-control-regex -- bytes of Marshal and of the envelopes
  /^(?:\x04\x08o: ActiveSupport::Cache::Entry|[\0\x01]\x04\x08|\0\x11[\x01-\x04\x81-\x84])/;

/** So many bytes of a value are enough for {@link recognizeValue}. */
export const VALUE_HEAD_BYTES = 48;

/** The layout that a key's value gives away by its first bytes, together with the form of the key. */
export function recognizeValue(key: Buffer, head: Buffer): Recognition | undefined {
  const text = key.toString('latin1');
  const value = head.toString('latin1');
  const djangoKey = /^(.*?):(\d{1,9}):/s.exec(text);
  if (djangoKey !== null && PICKLE.test(value)) {
    return { spec: django(djangoKey[1], djangoKey[2]), mark: 'pickled values' };
  }
  if (RAILS_ENVELOPE.test(value)) {
    const namespace = /^([^:/]+):/.exec(text)?.[1];
    return {
      spec: { type: 'rails', namespace: utf8(namespace), longKeys: 'sha256' },
      mark: 'values in the envelopes of Rails',
    };
  }
  // What stands before the last segment of the cache's name may be the prefix.
  const cached = /^((?:[^:]+:)*?)[^:]+::/.exec(text);
  if (cached !== null && value.startsWith('\xac\xed\0\x05')) {
    return { spec: { type: 'spring', prefix: utf8(cached[1]) }, mark: 'Java objects under cacheName::key' };
  }
  const parted = /^([^:]+)::/.exec(text);
  if (parted !== null && value.startsWith('{"value":')) {
    return {
      spec: { type: 'keyv', namespace: utf8(parted[1]), keyPrefix: false },
      mark: 'values in the envelope of keyv',
    };
  }
  return undefined;
}

/** A key taken apart by the mark that a framework left on it, whatever the layout in use. */
export function recognizeKey(key: Buffer): KeyExplanation | undefined {
  const recognized = recognizeLayout(key);
  return recognized && createLayout(recognized.spec).explain(key);
}

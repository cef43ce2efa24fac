import type { DjangoLayoutSpec } from '../../config/layout.ts';
import { explainDjangoKey } from '../django/explain.ts';
import type { Layout } from '../layout.ts';
import { placesOf, prefixedLayout } from './prefixed.ts';

/**
 * Django's `KEY_PREFIX:VERSION:key`, for every KEY_PREFIX and VERSION of the spec. Source:
 * django.core.cache.backends.base.default_key_func, which django-redis uses as well.
 */
export function djangoLayout(spec: DjangoLayoutSpec): Layout {
  const places = placesOf(
    spec.prefixes.flatMap((prefix) =>
      spec.versions.map((version) => ({ prefix: Buffer.from(`${prefix}:${version}:`, 'utf8'), version })),
    ),
  );
  return prefixedLayout(spec, places, explainDjangoKey);
}

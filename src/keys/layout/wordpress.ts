import type { LayoutSpec } from '../../config/layout.ts';
import type { LogicalExplanation } from '../explanation.ts';
import type { Layout } from '../layout.ts';
import { escapeGlob } from '../pattern.ts';
import { placesOf, prefixedLayout } from './prefixed.ts';

const COLON = 0x3a;
const DASH = 0x2d;

/**
 * The layout of the Redis Object Cache plugin: WP_REDIS_PREFIX, the blog's prefix, `:group:key`; the
 * logical key is `group:key`. The plugin writes `-` for every colon within a key, and so does
 * `toPhysical`; patterns are about what is stored. Source: object-cache.php, fast_build_key and
 * sanitize_key_part.
 */
export function wordpressLayout(spec: Extract<LayoutSpec, { readonly type: 'wordpress' }>): Layout {
  const stored = prefixedLayout(
    spec,
    placesOf(
      spec.blogPrefixes.map((blog) => ({
        prefix: Buffer.from(`${spec.prefix.trim()}${blog.replace(/^[_:$-]+|[_:$-]+$/g, '')}:`, 'utf8'),
      })),
    ),
    explain,
  );
  return {
    ...stored,
    toPhysical: (logical) => stored.toPhysical(sanitize(logical)),
    toPhysicalKeys: (logical) => stored.toPhysicalKeys(sanitize(logical)),
  };
}

/** A glob over the logical keys of one group. */
export function wordpressGroupPattern(group: string): Buffer {
  const stored = Buffer.from(group.replaceAll(':', '-'), 'utf8');
  return Buffer.concat([escapeGlob(stored), Buffer.from(':*')]);
}

/** Colons after the one between group and key become dashes. */
function sanitize(logical: Buffer): Buffer {
  const first = logical.indexOf(COLON);
  if (first === -1) return logical;
  const stored = Buffer.from(logical);
  for (let at = stored.indexOf(COLON, first + 1); at !== -1; at = stored.indexOf(COLON, at + 1)) {
    stored[at] = DASH;
  }
  return stored;
}

function explain(logical: Buffer): LogicalExplanation | undefined {
  const separator = logical.indexOf(COLON);
  if (separator === -1) return undefined;
  return {
    kind: 'entry',
    what: 'entry of a group',
    details: [
      ['group', logical.toString('utf8', 0, separator)],
      ['key in the group', logical.toString('utf8', separator + 1)],
    ],
  };
}

import type { LayoutSpec } from '../../config/layout.ts';
import type { LogicalExplanation } from '../explanation.ts';
import type { Layout } from '../layout.ts';
import { onePlace, prefixedLayout } from './prefixed.ts';

/**
 * Symfony's `namespace:key`, without namespace the key alone. Source:
 * Symfony\Component\Cache\Adapter\RedisAdapter and AbstractTagAwareAdapter.
 */
export function symfonyLayout(spec: Extract<LayoutSpec, { readonly type: 'symfony' }>): Layout {
  return prefixedLayout(spec, onePlace(spec.namespace === '' ? '' : `${spec.namespace}:`), explain);
}

/** Releases differ in the byte around `tags`: NUL, later SOH. */
const TAG_MARKS = ['\u0000tags\u0000', '\u0001tags\u0001'] as const;

/** The logical keys under which the set of a tag's items may be. */
export function symfonyTagSets(tag: string): readonly Buffer[] {
  return TAG_MARKS.map((mark) => Buffer.from(mark + tag, 'utf8'));
}

function explain(logical: Buffer): LogicalExplanation | undefined {
  const text = logical.toString('utf8');
  const mark = TAG_MARKS.find((candidate) => text.startsWith(candidate));
  if (mark === undefined) return undefined;
  return { kind: 'tag-set', what: 'set of the items of a tag', details: [['tag', text.slice(mark.length)]] };
}

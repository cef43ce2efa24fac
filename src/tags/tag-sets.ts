import type { Layout } from '../keys/layout.ts';
import { escapeGlob } from '../keys/pattern.ts';

/**
 * The index of tags; docs/tags.md describes it for applications. For each tag a sorted set of physical keys,
 * whose scores are the moments at which the keys expire, in milliseconds since the epoch. The set itself expires
 * with its last member. It is within the layout, so that permissions for its keys cover it.
 */
export const TAG_PREFIX = 'cachectl:tag:';

/**
 * The score of a key that never expires: the largest whole number that a score holds exactly. As a moment it
 * is far away, so that the set's own expiry follows the same rule as any other.
 */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** The physical key of a tag's set, where cachectl writes it. */
export function tagSet(tag: Buffer, layout: Layout): Buffer {
  return layout.toPhysical(logicalSet(tag));
}

/** Every place where a tag's set may be. */
export function tagSets(tag: Buffer, layout: Layout): readonly Buffer[] {
  return layout.toPhysicalKeys(logicalSet(tag));
}

/** Globs over the sets of all tags, one for each place. */
export function tagSetPatterns(layout: Layout): readonly Buffer[] {
  return layout.toPhysicalPatterns(Buffer.concat([escapeGlob(Buffer.from(TAG_PREFIX)), Buffer.from('*')]));
}

/** The tag that a set is about; `undefined` where the key is none of a set. */
export function tagOfSet(physical: Buffer, layout: Layout): Buffer | undefined {
  const logical = layout.toLogical(physical);
  if (logical?.toString('latin1', 0, TAG_PREFIX.length) !== TAG_PREFIX) return undefined;
  const tag = logical.subarray(TAG_PREFIX.length);
  return tag.length === 0 ? undefined : tag;
}

function logicalSet(tag: Buffer): Buffer {
  return Buffer.concat([Buffer.from(TAG_PREFIX), tag]);
}

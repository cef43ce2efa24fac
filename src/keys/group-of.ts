import type { Layout } from './layout.ts';
import { matchesGlob } from './pattern.ts';
import { printableKey } from './printable.ts';

/** Which group a physical key belongs to; `undefined` where it is of none. */
export type GroupOf = (physical: Buffer) => string | undefined;

/** Named groups, each with globs over logical keys: the first that matches counts. */
export function groupsByPattern(
  groups: readonly { readonly name: string; readonly patterns: readonly string[] }[],
  layout: Layout,
): GroupOf {
  const globs = groups.flatMap(({ name, patterns }) =>
    patterns.flatMap((pattern) =>
      layout.toPhysicalPatterns(Buffer.from(pattern, 'utf8')).map((glob) => ({ name, glob })),
    ),
  );
  return (physical) => globs.find(({ glob }) => matchesGlob(glob, physical))?.name;
}

/**
 * Groups by what stands before the `depth`th separator of the logical key, without it, as people see it; a key
 * with fewer separators is of no group. A key that is not of the layout is taken as it is.
 */
export function groupsByPrefix(depth: number, separators: string, layout: Layout): GroupOf {
  const isSeparator = new Set(Buffer.from(separators, 'utf8'));
  return (physical) => {
    const key = layout.toLogical(physical) ?? physical;
    let found = 0;
    for (let at = 0; at < key.length; at++) {
      if (!isSeparator.has(key[at] ?? 0)) continue;
      found++;
      if (found === depth) return printableKey(key.subarray(0, at));
    }
    return undefined;
  };
}

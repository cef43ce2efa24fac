import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { looksLikePattern, matchesGlob } from '../../keys/pattern.ts';

/**
 * The files that a path or glob names, sorted by name. `*`, `?` and `[...]` stand for parts of one name, in
 * folders too; there is no `**`. Hidden files need a pattern that starts with a dot, as in a shell. A path
 * without any of them comes back as it is, whether the file exists or not.
 */
export async function expandGlob(pattern: string, folder: string): Promise<readonly string[]> {
  const absolute = path.resolve(folder, pattern);
  if (!looksLikePattern(pattern)) return [absolute];
  const { root } = path.parse(absolute);
  let found: readonly string[] = [root];
  for (const part of absolute.slice(root.length).split(path.sep)) {
    if (!looksLikePattern(part)) {
      found = found.map((parent) => path.join(parent, part));
      continue;
    }
    const lists = await Promise.all(found.map((parent) => matchingNames(parent, part)));
    found = found.flatMap((parent, index) => (lists[index] ?? []).map((name) => path.join(parent, name)));
  }
  return found;
}

async function matchingNames(folder: string, pattern: string): Promise<readonly string[]> {
  const glob = Buffer.from(pattern, 'utf8');
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => !name.startsWith('.') || pattern.startsWith('.'))
      .filter((name) => matchesGlob(glob, Buffer.from(name, 'utf8')))
      .sort();
  } catch {
    // A folder that is not there, or no folder at all, has no files.
    return [];
  }
}

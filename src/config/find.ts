import { dirname, join } from 'node:path';

/** File names that are looked for, the first one found in a directory wins. */
export const SPEC_FILE_NAMES = ['cachectl.yaml', 'cachectl.yml'] as const;

/** Where the spec file is, or every place where it could have been. */
export type SpecSearch =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly lookedAt: readonly string[] };

/**
 * Looks for the spec file from a directory upward to the root.
 * @param cwd absolute path of the directory to start in
 * @param isFile whether a path names an existing regular file; what it throws passes through
 */
export async function findSpecFile(
  cwd: string,
  isFile: (path: string) => Promise<boolean>,
): Promise<SpecSearch> {
  const lookedAt: string[] = [];
  for (let directory = cwd; ; directory = dirname(directory)) {
    for (const name of SPEC_FILE_NAMES) {
      const path = join(directory, name);
      if (await isFile(path)) return { found: true, path };
      lookedAt.push(path);
    }
    if (dirname(directory) === directory) return { found: false, lookedAt };
  }
}

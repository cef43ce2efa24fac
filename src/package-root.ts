import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the package itself, found from the running code upward: it is bundled into several folders. */
export function packageFile(...parts: readonly string[]): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('the package has lost its package.json');
    folder = parent;
  }
  return path.join(folder, ...parts);
}

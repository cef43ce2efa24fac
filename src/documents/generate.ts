import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { COMMANDS } from '../cli/registry.ts';
import { generatedFiles } from './generated-files.ts';

/**
 * Brings every generated file up to date: what `npm run generate` does.
 * @param root the package's folder
 * @returns the files that changed
 */
export async function generate(root: string): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const { path: name, update } of generatedFiles(COMMANDS)) {
    const file = path.join(root, name);
    const before = await readFile(file, 'utf8').catch(() => undefined);
    const after = update(before);
    if (after === before) continue;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, after);
    changed.push(name);
  }
  return changed;
}

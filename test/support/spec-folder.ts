import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A temporary folder with a spec file in it. */
export interface SpecFolder {
  readonly folder: string;
  /** Replaces the spec file. */
  readonly write: (yaml: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Creates an empty folder; call `remove` in afterAll. */
export async function createSpecFolder(): Promise<SpecFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-warm-'));
  return {
    folder,
    write: (yaml) => writeFile(path.join(folder, 'cachectl.yaml'), yaml),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
